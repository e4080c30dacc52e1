import type { Grant, LockRequest, Refusal } from '../../provider.js';
import { endOf, type Claim, type Place } from './claims.js';
import { encodeRecord, entryOf, type Entry } from './entries.js';
import type { Found, TransactionReply } from './etcd-client.js';
import { isLeaseGone } from './etcd-errors.js';
import { encodeFence } from './last-fences.js';
import type { Lease } from './leases.js';
import type { EtcdStore, Span } from './store.js';
import { MAX_ENTRIES } from './queues.js';
import { run, when, type Condition, type KeyRange, type Operation } from './transaction.js';

/** Each turn after the first has learned why the one before came to nothing. */
const MAX_TURNS = 20;

/**
 * One attempt of one claim at all of its resources: all or none. A transaction grants if the claim comes first in each
 * queue and its fences are above the last ones; otherwise it queues the claim, if it is to have a place, and shows what is
 * in the way. A claim enters all of its queues in one revision, so that any two claims stand in the same order wherever
 * they meet, and nobody waits in a circle.
 */
export class Attempt {
  private readonly store: EtcdStore;
  private readonly request: LockRequest;
  private readonly span: Span;
  private readonly keys: readonly string[];
  private lease: Lease;
  private place: Place | undefined;
  private fencesLease = '';
  /** Of the lease, before this attempt. */
  private leadMs = 0;
  private fences: readonly number[] = [];
  /** The revision at which the claim was seen to come next, though others hold the resource with it. */
  private openAt: number | undefined;

  private constructor(store: EtcdStore, request: LockRequest, span: Span, claim: Claim) {
    this.store = store;
    this.request = request;
    this.span = span;
    this.keys = request.resources.map((resource) => store.keys.entry(resource, request.token));
    this.lease = claim.lease;
    this.place = claim.place;
  }

  static async of(store: EtcdStore, request: LockRequest, span: Span): Promise<Attempt> {
    const known = store.claims.get(request.token);
    const longest = Math.max(request.leaseMs, request.placeMs);
    return new Attempt(
      store,
      request,
      span,
      known ?? { lease: await store.leases.take(longest, span.deadline) },
    );
  }

  async answer(): Promise<Grant | Refusal> {
    for (let turn = 1; turn <= MAX_TURNS; turn += 1) {
      const reply = await this.send();
      if (reply.succeeded) return this.granted(this.keys, reply.revision);
      const answer = await this.judge(reply);
      if (answer) return answer;
    }
    return this.refused({ granted: false, resource: this.request.resources[0] ?? '', remainingMs: -1 });
  }

  /** A lease that etcd has lost meanwhile is replaced once. */
  private async send(): Promise<TransactionReply> {
    try {
      return await this.trySend();
    } catch (error) {
      if (!isLeaseGone(error)) throw error;
      this.store.leases.forget();
      const { leaseMs, placeMs } = this.request;
      this.lease = await this.store.leases.take(Math.max(leaseMs, placeMs), this.span.deadline);
      return this.trySend();
    }
  }

  private async trySend(): Promise<TransactionReply> {
    const { resources, floors, placeMs } = this.request;
    const { leases, client, fences } = this.store;
    this.fencesLease = await leases.ofFences(this.span.deadline);
    const leadMs = leases.leadMs(this.lease, this.span.startedAt);
    this.leadMs = leadMs ?? 0;
    this.fences = resources.map((resource, index) => fences.next(resource, floors[index] ?? 0));
    const transaction = {
      compare: resources.flatMap((resource, index) => this.conditions(resource, index)),
      success: resources.flatMap((resource, index) => this.grant(resource, index)),
      failure: resources.flatMap((resource, index) => [
        ...(placeMs > 0 ? [this.queue(index)] : []),
        ...this.look(resource, index),
      ]),
    };
    const sent = client.transact(transaction, this.span.deadline);
    const [reply] = await Promise.all([sent, leadMs === undefined && this.renewLease()]);
    return reply;
  }

  private renewLease(): Promise<void> {
    return this.store.leases.renew(this.lease, this.span.startedAt, this.span.deadline);
  }

  private conditions(resource: string, index: number): Condition[] {
    const { keys, fences } = this.store;
    const queue = keys.queue(resource);
    const fence = keys.fence(resource);
    return [
      ...this.turnConditions(queue, index),
      // A resource without a last fence compares as none that is lower: it is guessed which of the two it is.
      fences.isKnown(resource)
        ? when.isBelow(fence, encodeFence(this.fences[index] ?? 0))
        : when.isEmpty({ key: fence }),
    ];
  }

  /**
   * That it is still the claim's turn. Whoever was seen before it may have gone since, and nobody else can have come before
   * it: a claim that has a place knows that from its place, one that has none from there being no newer key.
   */
  private turnConditions(queue: KeyRange, index: number): Condition[] {
    const { place, openAt } = this;
    if (place) {
      const isPlaced = when.isUnchanged(this.keys[index] ?? '', place.modRevisions[index] ?? 0); // else it may be gone
      return openAt === undefined ? [isPlaced, when.isCreatedSince(queue, place.createRevision)] : [isPlaced];
    }
    return [openAt === undefined ? when.isEmpty(queue) : when.isCreatedUpTo(queue, openAt)];
  }

  private grant(resource: string, index: number): Operation[] {
    const fence = this.fences[index] ?? 0;
    return [
      run.put(this.keys[index] ?? '', this.record(fence), this.lease.id),
      run.put(this.store.keys.fence(resource), encodeFence(fence), this.fencesLease),
    ];
  }

  /** A new place, or the one that is known counted anew; never in place of what an earlier attempt was granted. */
  private queue(index: number): Operation {
    const key = this.keys[index] ?? '';
    return run.inTurn({
      compare: [when.isUnchanged(key, this.place?.modRevisions[index] ?? 0)],
      success: [run.put(key, this.record(null), this.lease.id)],
    });
  }

  /**
   * Of the queue what concerns this claim: who comes first (who all come before it, where several may hold it), who comes
   * right before it, and itself.
   */
  private look(resource: string, index: number): Operation[] {
    const queue = this.store.keys.queue(resource);
    const nearest = run.newest(queue, 2, this.place?.createRevision);
    const { placeMs, permits = 1 } = this.request;
    const whole = [run.oldest(queue, permits > 1 ? MAX_ENTRIES : 1), run.read(this.keys[index] ?? '')];
    return placeMs > 0 ? [nearest, ...whole] : whole;
  }

  private record(fence: number | null, acquiredAtMs = Date.now()): string {
    const { token, owner, leaseMs, placeMs, permits = 1 } = this.request;
    const { leadMs } = this;
    return encodeRecord({
      ...{ token, owner, fence, permits, leadMs, writtenAtMs: Date.now(), acquiredAtMs },
      lifeMs: fence === null ? placeMs : leaseMs,
    });
  }

  /** @returns undefined: the next turn may succeed */
  private async judge({ results, revision }: TransactionReply): Promise<Grant | Refusal | undefined> {
    const { resources, token, placeMs, permits = 1 } = this.request;
    const { queues } = this.store;
    this.openAt = undefined;
    const perResource = results.length / resources.length;
    const found = resources.map((_, index) =>
      inOrder(results.slice(index * perResource, (index + 1) * perResource)),
    );
    const mine = found.map((queue) => queue.find((entry) => entry.token === token));
    const held = mine.filter((entry) => entry !== undefined && entry.fence !== null);
    if (held.length === resources.length) return this.holdAgain(held as Entry[]);

    const ahead = found.map((queue, index) => {
      const own = mine[index];
      return own ? queue.slice(0, queue.indexOf(own)) : queue;
    });
    const isPlaced = await this.learnPlace(mine);
    const lapsed = await queues.lapsed(ahead.flat(), this.span.deadline);
    if (lapsed.length > 0) {
      await queues.remove(lapsed, this.span.deadline);
      return undefined;
    }
    const index = ahead.findIndex((others) => !isOpen(others, permits));
    const obstacles = ahead[index];
    if (!obstacles) {
      if (permits > 1) this.openAt = revision;
      await this.learnFences();
      return undefined;
    }
    if (placeMs > 0 && !isPlaced) return undefined;
    if (placeMs === 0) await this.leave(mine);
    const awaited = permits > 1 ? obstacles : obstacles.slice(0, 1); // any of them, or the holder
    const restMs = Math.min(...awaited.map((entry) => queues.restMs(entry)));
    const remainingMs = placeMs > 0 && Number.isFinite(restMs) ? Math.max(0, Math.ceil(restMs)) : -1;
    const resource = resources[index] ?? '';
    return this.refused({ granted: false, resource, remainingMs }, { obstacles, revision });
  }

  private async learnFences(): Promise<void> {
    const { keys, fences, client } = this.store;
    const { resources } = this.request;
    const reads = resources.map((resource) => run.read(keys.fence(resource)));
    const found = await client.apply(reads, this.span.deadline);
    resources.forEach((resource, index) => {
      const [last] = found[index]?.entries ?? [];
      fences.note(resource, last && Number(last.value));
    });
  }

  /** All places, of one revision, or none: the parts that are left of more are given up. */
  private async learnPlace(mine: readonly (Entry | undefined)[]): Promise<boolean> {
    const present = mine.filter((entry) => entry !== undefined);
    const [first] = present;
    this.place = undefined;
    if (!first) return false;
    const createRevision = first.createRevision;
    if (present.length === mine.length && present.every((entry) => entry.createRevision === createRevision)) {
      this.place = { createRevision, modRevisions: present.map(({ modRevision }) => modRevision) };
      return true;
    }
    await this.leave(present);
    return false;
  }

  private async leave(mine: readonly (Entry | undefined)[]): Promise<void> {
    const present = mine.filter((entry) => entry !== undefined);
    if (present.length > 0) await this.store.queues.remove(present, this.span.deadline);
    this.place = undefined;
  }

  /** What an attempt whose reply was lost has got. */
  private async holdAgain(held: readonly Entry[]): Promise<Grant | undefined> {
    this.leadMs = 0;
    const records = held.map(({ fence, acquiredAtMs }) => this.record(fence, acquiredAtMs));
    const transaction = {
      compare: held.map(({ key, modRevision }) => when.isUnchanged(key, modRevision)),
      success: held.map(({ key }, index) => run.put(key, records[index] ?? '', this.lease.id)),
    };
    const [reply] = await Promise.all([
      this.store.client.transact(transaction, this.span.deadline),
      this.renewLease(),
    ]);
    if (!reply.succeeded) return undefined;
    this.fences = held.map(({ fence }) => fence ?? 0);
    const keys = held.map(({ key }) => key);
    return this.granted(keys, reply.revision, held[0]?.acquiredAtMs);
  }

  private granted(keys: readonly string[], revision: number, acquiredAtMs = Date.now()): Grant {
    const { resources, token, owner, leaseMs, permits = 1 } = this.request;
    const { fences } = this;
    resources.forEach((resource, index) => this.store.fences.note(resource, fences[index]));
    const hold = { keys, fences, owner, permits, leaseMs, revision, acquiredAtMs, endsAt: endOf(leaseMs) };
    this.store.claims.set(token, { lease: this.lease, hold });
    return { granted: true, fences };
  }

  private refused(refusal: Refusal, seen?: { obstacles: readonly Entry[]; revision: number }): Refusal {
    const { token, placeMs } = this.request;
    const { claims, leases } = this.store;
    if (placeMs > 0) {
      claims.set(token, { lease: this.lease, place: this.place });
      if (seen) this.follow(refusal.resource, seen.obstacles, seen.revision);
      return refusal;
    }
    claims.forget(token);
    leases.giveBack(this.lease);
    return refusal;
  }

  private follow(resource: string, obstacles: readonly Entry[], revision: number): void {
    const { token, permits = 1 } = this.request;
    const { claims, wakeUp, keys } = this.store;
    const predecessor = obstacles.at(-1);
    if (!predecessor) return;
    if (permits > 1 && predecessor.fence !== null) {
      const holders = obstacles.map(({ key }) => key);
      wakeUp.followAny(token, keys.queue(resource), holders, revision); // any of them makes room
    } else if (permits > 1) wakeUp.followTurn(token, predecessor.key, revision);
    else if (claims.has(predecessor.token)) wakeUp.followHere(token, predecessor.key);
    else wakeUp.follow(token, predecessor.key, revision);
  }
}

/** To one more who comes right behind these. */
function isOpen(ahead: readonly Entry[], wanted: number): boolean {
  return (
    ahead.length === 0 ||
    (ahead.length < wanted && ahead.every(({ fence, permits }) => fence !== null && permits === wanted))
  );
}

function inOrder(results: readonly Found[]): Entry[] {
  const byKey = new Map(
    results.flatMap(({ entries }) => entries).map((entry) => [entry.key, entryOf(entry)]),
  );
  return [...byKey.values()].sort((one, other) => one.createRevision - other.createRevision);
}
