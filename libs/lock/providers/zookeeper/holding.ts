import type { Extension, Grant, LockClaim, LockRequest } from '../../provider.js';
import { lockStateOf } from './records.js';
import { holderIn, isHeldBy, removals, withHolders, type Look } from './look.js';
import type { ZooKeeperStore } from './store.js';
import { unlessItChanged } from './zookeeper-errors.js';

/** Each turn after the first means that what was read has changed before it was written. */
const MAX_TURNS = 10;
const LOOK_TIMEOUT_MS = 1_000;

/**
 * What is done with locks that are held. A claim of this process knows the versions that it has written, and needs no look
 * before it extends or releases; of others the locks are read first.
 */
export class Holding {
  private readonly store: ZooKeeperStore;

  constructor(store: ZooKeeperStore) {
    this.store = store;
  }

  async extend({ resources, token }: LockClaim, leaseMs: number, deadline: number): Promise<Extension> {
    const { store } = this;
    const look = this.lookFor(resources, deadline);
    let looks = store.holds.get(token, resources);
    for (let turn = 1; turn <= MAX_TURNS; turn += 1) {
      looks ??= await look((found) => isHeldBy(token, found));
      if (!isHeldBy(token, looks)) break;
      const states = looks.map((look) =>
        withHolders(
          look,
          look.holders.map((one) => (one.token === token ? { ...one, leaseMs, written: undefined } : one)),
        ),
      );
      const written = await unlessItChanged(store.rewrite(looks, states, deadline));
      if (written) {
        store.holds.set(token, written);
        const contended = written.some(({ node }) => (node?.stat.childCount ?? 0) > 0);
        return { held: true, contended };
      }
      looks = undefined;
    }
    store.holds.forget(token);
    return { held: false, contended: false };
  }

  async release({ resources, token }: LockClaim, deadline: number): Promise<boolean> {
    const { store } = this;
    const look = this.lookFor(resources, deadline);
    const hasAny = (found: readonly Look[]) => found.some((one) => isOf(token, one));
    let looks = store.holds.get(token, resources);
    store.holds.forget(token);
    for (let turn = 1; turn <= MAX_TURNS; turn += 1) {
      looks ??= await look(hasAny);
      const own = looks.filter((one) => isWrittenIn(one, token));
      const states = own.map((one) =>
        withHolders(
          one,
          one.holders.filter((holder) => holder.token !== token),
        ),
      );
      const written = await unlessItChanged(store.rewrite(own, states, deadline, removals(looks, token)));
      if (written) {
        for (const one of written)
          if (one.node?.stat.childCount === 0 && one.holders.length === 0) store.released.note(one);
        return isHeldBy(token, looks);
      }
      looks = undefined;
    }
    throw new Error('it changed each time before it could be released');
  }

  /** One of two that adopt the same token finds it changed. The fence stays what it was. */
  async adopt(claim: LockClaim, successor: LockRequest, deadline: number): Promise<Grant | undefined> {
    const { store } = this;
    const { resources, token, owner, leaseMs } = successor;
    const canAdopt = (found: readonly Look[]) => isHeldBy(claim.token, found) || isHeldBy(token, found);
    const look = this.lookFor(resources, deadline);
    for (let turn = 1; turn <= MAX_TURNS; turn += 1) {
      const looks = await look(canAdopt);
      if (!canAdopt(looks)) return undefined;
      const states = looks.map((look) =>
        withHolders(
          look,
          look.holders.map((one) => {
            if (one.token !== claim.token && one.token !== token) return one;
            const { fence, acquiredAtMs } = one;
            return { token, owner, fence, leaseMs, acquiredAtMs, from: claim.token };
          }),
        ),
      );
      const written = await unlessItChanged(store.rewrite(looks, states, deadline));
      if (!written) continue;
      store.holds.forget(claim.token);
      store.holds.set(token, written);
      return { granted: true, fences: written.map((look) => holderIn(look, token)?.fence ?? 0) };
    }
    return undefined;
  }

  /** Tells the claim when another process has adopted what it holds, or when it is gone. */
  followOwn(token: string): void {
    const [first] = this.store.holds.get(token) ?? [];
    if (!first) return;
    this.store.wakeUp.follow(token, first.path, async () => {
      const deadline = performance.now() + LOOK_TIMEOUT_MS;
      const node = await this.store.read(first.path, { decode: lockStateOf, deadline, watch: true });
      const holders = node?.data.holders ?? [];
      if (holders.some((held) => held.token === token)) return 'unchanged';
      return holders.some(({ from }) => from === token) ? 'adopted' : undefined;
    });
  }

  /**
   * Looks, and where it does not find what it is to find, once more behind all that was written before: a server that is
   * behind the others must not have the last word.
   */
  private lookFor(resources: readonly string[], deadline: number) {
    let hasCaughtUp = false;
    return async (isFound: (looks: readonly Look[]) => boolean): Promise<readonly Look[]> => {
      const looks = await this.store.look(resources, deadline);
      if (hasCaughtUp || isFound(looks)) return looks;
      hasCaughtUp = true;
      await this.store.catchUp(deadline);
      return this.store.look(resources, deadline);
    };
  }
}

function isOf(token: string, look: Look): boolean {
  return isWrittenIn(look, token) || look.places.some((place) => place.token === token);
}

/** Its lease may be over. */
function isWrittenIn({ node }: Look, token: string): boolean {
  return node?.data.holders.some((held) => held.token === token) ?? false;
}
