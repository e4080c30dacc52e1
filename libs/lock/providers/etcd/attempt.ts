import type { Grant, LockRequest, Refusal } from '../../provider.js';
import type { Claim, Place } from './claims.js';
import { encodeRecord, entryOf, type Entry } from './entries.js';
import type { Found, TransactionReply } from './etcd-client.js';
import { isLeaseGone } from './etcd-errors.js';
import { encodeFence } from './last-fences.js';
import type { Lease } from './leases.js';
import type { EtcdStore, Span } from './store.js';
import { run, when, type Condition, type Operation } from './transaction.js';

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
    const place = this.place;
    return [
      ...(place
        ? [
            when.isUnchanged(this.keys[index] ?? '', place.modRevisions[index] ?? 0), // else it may be gone
            when.isCreatedSince(queue, place.createRevision),
          ]
        : [when.isEmpty(queue)]),
      // A resource without a last fence compares as none that is lower: it is guessed which of the two it is.
      fences.isKnown(resource)
        ? when.isBelow(fence, encodeFence(this.fences[index] ?? 0))
        : when.isEmpty({ key: fence }),
    ];
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

  /** Of the queue what concerns this claim: who comes first, who comes right before it, and itself. */
  private look(resource: string, index: number): Operation[] {
    const queue = this.store.keys.queue(resource);
    const nearest = run.newest(queue, 2, this.place?.createRevision);
    const whole = [run.oldest(queue, 1), run.read(this.keys[index] ?? '')];
    return this.request.placeMs > 0 ? [nearest, ...whole] : whole;
  }

  private record(fence: number | null, acquiredAtMs = Date.now()): string {
    const { token, owner, leaseMs, placeMs } = this.request;
    const lifeMs = fence === null ? placeMs : leaseMs;
    const { leadMs } = this;
    return encodeRecord({ token, owner, fence, lifeMs, leadMs, writtenAtMs: Date.now(), acquiredAtMs });
  }

  /** @returns undefined: the next turn may succeed */
  private async judge({ results, revision }: TransactionReply): Promise<Grant | Refusal | undefined> {
    const { resources, token, placeMs } = this.request;
    const { queues } = this.store;
    const perResource = results.length / resources.length;
    const found = resources.map((_, index) =>
      inOrder(results.slice(index * perResource, (index + 1) * perResource)),
    );
    const mine = found.map((queue) => queue.find((entry) => entry.token === token));
    const held = found
      .map((queue) => queue[0])
      .filter((first) => first?.token === token && first.fence !== null);
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
    const index = ahead.findIndex((others) => others.length > 0);
    const [obstacle] = ahead[index] ?? [];
    if (!obstacle) {
      await this.learnFences();
      return undefined;
    }
    if (placeMs > 0 && !isPlaced) return undefined;
    if (placeMs === 0) await this.leave(mine);
    const restMs = queues.restMs(obstacle);
    const remainingMs = placeMs > 0 && Number.isFinite(restMs) ? Math.max(0, Math.ceil(restMs)) : -1;
    const predecessor = ahead[index]?.at(-1) ?? obstacle;
    return this.refused(
      { granted: false, resource: resources[index] ?? '', remainingMs },
      { predecessor, revision },
    );
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
    const { resources, token, owner, leaseMs } = this.request;
    const { fences } = this;
    resources.forEach((resource, index) => this.store.fences.note(resource, fences[index]));
    const hold = { keys, fences, owner, leaseMs, revision, acquiredAtMs };
    this.store.claims.set(token, { lease: this.lease, hold });
    return { granted: true, fences };
  }

  private refused(refusal: Refusal, next?: { predecessor: Entry; revision: number }): Refusal {
    const { token, placeMs } = this.request;
    const { claims, leases, wakeUp } = this.store;
    if (placeMs > 0) {
      claims.set(token, { lease: this.lease, place: this.place });
      if (!next) return refusal;
      const { predecessor, revision } = next;
      if (claims.has(predecessor.token)) wakeUp.followHere(token, predecessor.key);
      else wakeUp.follow(token, predecessor.key, revision);
      return refusal;
    }
    claims.forget(token);
    leases.giveBack(this.lease);
    return refusal;
  }
}

function inOrder(results: readonly Found[]): Entry[] {
  const byKey = new Map(
    results.flatMap(({ entries }) => entries).map((entry) => [entry.key, entryOf(entry)]),
  );
  return [...byKey.values()].sort((one, other) => one.createRevision - other.createRevision);
}
