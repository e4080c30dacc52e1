import type { Extension, Grant, LockClaim, LockRequest } from '../../provider.js';
import { endOf, type Hold } from './claims.js';
import { encodeRecord, entryOf, type Entry } from './entries.js';
import { isLeaseGone } from './etcd-errors.js';
import type { Lease } from './leases.js';
import type { EtcdStore, Span } from './store.js';
import { run, when } from './transaction.js';

interface HeldClaim {
  readonly lease: Lease;
  readonly hold: Hold;
}

/** Each turn after the first means that what was read has changed before it was written. */
const MAX_TURNS = 10;

/**
 * What is done with locks that are held. What hangs on the lease of a claim is that claim's, so that a claim of this
 * process is extended and released without a look before; of others the queues are read first.
 */
export class Holding {
  private readonly store: EtcdStore;

  constructor(store: EtcdStore) {
    this.store = store;
  }

  async extend(given: LockClaim, leaseMs: number, span: Span): Promise<Extension> {
    const known = this.remembered(given);
    const extension = known && (await this.tryExtend(given, known, leaseMs, span));
    if (extension) return extension;
    // It is lost, or another extension of this claim has moved it to another lease.
    const read = await this.asRead(given, span);
    const second = read && (await this.tryExtend(given, read, leaseMs, span));
    if (second) return second;
    this.store.claims.forget(given.token);
    return { held: false, contended: false };
  }

  async release(given: LockClaim, span: Span): Promise<boolean> {
    const { claims, leases, client, keys, wakeUp } = this.store;
    const { token, resources } = given;
    const claim = claims.get(token);
    const own = claim?.hold?.keys ?? resources.map((resource) => keys.entry(resource, token));
    const isKnown = claim && own.length === resources.length && !isOver(claim.hold); // else a part of it, or none any more
    if (!isKnown) return this.releaseAsRead(given, span);
    claims.forget(token);
    const { succeeded } = await client.transact(
      {
        compare: own.map((key) => when.hangsOn(key, claim.lease.id)),
        success: own.map((key) => run.remove({ key })),
      },
      span.deadline,
    );
    if (!succeeded) return this.releaseAsRead(given, span);
    leases.giveBack(claim.lease);
    for (const key of own) wakeUp.gone(key);
    return claim.hold !== undefined;
  }

  /** One of two that adopt the same token finds it changed. The key, and with it the fence, stays what it was. */
  async adopt(claim: LockClaim, successor: LockRequest, span: Span): Promise<Grant | undefined> {
    const { claims, leases, client, queues } = this.store;
    const { resources, token, owner, leaseMs } = successor;
    const lease = await leases.take(leaseMs, span.deadline);
    for (let turn = 1; turn <= MAX_TURNS; turn += 1) {
      const firsts = await queues.heads(resources, span.deadline);
      const held = firsts.filter((first) => first !== undefined && first.fence !== null) as Entry[];
      const isOf = (one: string): boolean => held.every((entry) => entry.token === one);
      if (held.length < resources.length || !(isOf(claim.token) || isOf(token))) break;
      if ((await queues.lapsed(held, span.deadline)).length > 0) break;
      const keys = held.map(({ key }) => key);
      const fences = held.map(({ fence }) => fence ?? 0);
      const acquiredAtMs = held[0]?.acquiredAtMs ?? Date.now();
      const hold = { keys, fences, owner, permits: 1, leaseMs, acquiredAtMs };
      const [reply] = await Promise.all([
        client.transact(
          {
            compare: held.map(({ key, modRevision }) => when.isUnchanged(key, modRevision)),
            success: keys.map((key, index) => run.put(key, recordOf(token, hold, index), lease.id)),
          },
          span.deadline,
        ),
        leases.renew(lease, span.startedAt, span.deadline),
      ]);
      if (!reply.succeeded) continue;
      claims.forget(claim.token);
      claims.set(token, { lease, hold: { ...hold, revision: reply.revision, endsAt: endOf(leaseMs) } });
      return { granted: true, fences };
    }
    leases.giveBack(lease);
    return undefined;
  }

  /** @returns undefined, and nothing changed, unless every resource hangs on the claim's lease */
  private async tryExtend(
    { token, resources }: LockClaim,
    { lease: before, hold }: HeldClaim,
    leaseMs: number,
    { startedAt, deadline }: Span,
  ): Promise<Extension | undefined> {
    const { claims, leases, client, keys } = this.store;
    const lease = leaseMs > hold.leaseMs ? await leases.take(leaseMs, deadline) : before;
    const transaction = {
      compare: hold.keys.map((key) => when.hangsOn(key, before.id)),
      success: resources.flatMap((resource, index) => [
        run.put(hold.keys[index] ?? '', recordOf(token, { ...hold, leaseMs }, index), lease.id),
        run.newest(keys.queue(resource), 1),
      ]),
    };
    try {
      const sent = client.transact(transaction, deadline);
      const [reply] = await Promise.all([sent, leases.renew(lease, startedAt, deadline)]);
      if (lease !== before) leases.giveBack(reply.succeeded ? before : lease);
      if (!reply.succeeded) return undefined;
      const { revision } = reply;
      claims.set(token, { lease, hold: { ...hold, leaseMs, revision, endsAt: endOf(leaseMs) } });
      const last = reply.results.flatMap(({ entries }) => entries.map(entryOf));
      return { held: true, contended: last.some(({ fence }) => fence === null) };
    } catch (error) {
      if (!isLeaseGone(error)) throw error;
      leases.forget();
      return undefined;
    }
  }

  private remembered({ resources, token }: LockClaim): HeldClaim | undefined {
    const { lease, hold } = this.store.claims.get(token) ?? {};
    return lease && hold?.keys.length === resources.length && !isOver(hold) ? { lease, hold } : undefined;
  }

  private async asRead({ resources, token }: LockClaim, { deadline }: Span): Promise<HeldClaim | undefined> {
    const found = await this.store.queues.whole(resources, deadline);
    const held = found.flatMap((queue) => queue.find((entry) => isHeldBy(token, entry)) ?? []);
    const [first] = held;
    if (!first || held.length < resources.length) return undefined;
    if ((await this.store.queues.lapsed(held, deadline)).length > 0) return undefined;
    const hold: Hold = {
      keys: held.map(({ key }) => key),
      fences: held.map(({ fence }) => fence ?? 0),
      owner: first.owner,
      permits: first.permits,
      acquiredAtMs: first.acquiredAtMs,
      leaseMs: first.lifeMs,
      revision: Math.max(...held.map(({ modRevision }) => modRevision)),
      endsAt: endOf(first.lifeMs),
    };
    return { lease: { id: first.lease, ttlSec: 0, renewedAt: -Infinity }, hold }; // of an unknown length
  }

  private async releaseAsRead({ resources, token }: LockClaim, { deadline }: Span): Promise<boolean> {
    const { queues } = this.store;
    for (let turn = 1; ; turn += 1) {
      const found = await queues.whole(resources, deadline);
      const mine = found.flatMap((queue) => queue.filter((entry) => entry.token === token));
      if (mine.length === 0) return false;
      const lapsed = await queues.lapsed(mine, deadline);
      const isComplete =
        lapsed.length === 0 && found.every((queue) => queue.some((entry) => isHeldBy(token, entry)));
      if (await queues.remove(mine, deadline)) return isComplete;
      if (turn >= MAX_TURNS) throw new Error('it changed each time before it could be removed');
    }
  }
}

function isHeldBy(token: string, entry: Entry): boolean {
  return entry.token === token && entry.fence !== null;
}

function isOver(hold: Hold | undefined): boolean {
  return hold !== undefined && performance.now() >= hold.endsAt;
}

function recordOf(token: string, hold: Omit<Hold, 'revision' | 'endsAt'>, index: number): string {
  const { owner, permits, fences, leaseMs, acquiredAtMs } = hold;
  const fence = fences[index] ?? null;
  const writtenAtMs = Date.now();
  return encodeRecord({
    token,
    owner,
    fence,
    permits,
    lifeMs: leaseMs,
    leadMs: 0,
    writtenAtMs,
    acquiredAtMs,
  });
}
