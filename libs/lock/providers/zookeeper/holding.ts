import type { Extension, Grant, LockClaim, LockRequest } from '../../provider.js';
import type { LockState } from './records.js';
import { fenceOf, removals, type ZooKeeperStore } from './store.js';
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
    let looks = store.holds.get(token, resources);
    for (let turn = 1; turn <= MAX_TURNS; turn += 1) {
      looks ??= await store.look(resources, deadline);
      if (!looks.every(({ holder }) => holder?.token === token)) break;
      const states = looks.map(({ node, holder }) => ({
        fence: fenceOf(node),
        held: holder ? { ...holder, leaseMs } : null,
      }));
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
    let looks = store.holds.get(token, resources);
    store.holds.forget(token);
    for (let turn = 1; turn <= MAX_TURNS; turn += 1) {
      looks ??= await store.look(resources, deadline);
      const own = looks.filter(({ node }) => node?.data.held?.token === token);
      const states = own.map(({ node }): LockState => ({ fence: fenceOf(node), held: null }));
      const written = await unlessItChanged(store.rewrite(own, states, deadline, removals(looks, token)));
      if (written) {
        for (const look of written) if (look.node?.stat.childCount === 0) store.released.note(look);
        return looks.every(({ holder }) => holder?.token === token);
      }
      looks = undefined;
    }
    throw new Error('it changed each time before it could be released');
  }

  /** One of two that adopt the same token finds it changed. The fence stays what it was. */
  async adopt(claim: LockClaim, successor: LockRequest, deadline: number): Promise<Grant | undefined> {
    const { store } = this;
    const { resources, token, owner, leaseMs } = successor;
    for (let turn = 1; turn <= MAX_TURNS; turn += 1) {
      const looks = await store.look(resources, deadline);
      const isOf = (one: string): boolean => looks.every(({ holder }) => holder?.token === one);
      if (!isOf(claim.token) && !isOf(token)) return undefined;
      const acquiredAtMs = looks[0]?.holder?.acquiredAtMs ?? Date.now();
      const held = { token, owner, leaseMs, acquiredAtMs, from: claim.token };
      const states = looks.map(({ node }): LockState => ({ fence: fenceOf(node), held }));
      const written = await unlessItChanged(store.rewrite(looks, states, deadline));
      if (!written) continue;
      store.holds.forget(claim.token);
      store.holds.set(token, written);
      return { granted: true, fences: states.map(({ fence }) => fence) };
    }
    return undefined;
  }

  /** Tells the claim when another process has adopted what it holds, or when it is gone. */
  followOwn(token: string): void {
    const [first] = this.store.holds.get(token) ?? [];
    if (!first) return;
    this.store.wakeUp.follow(token, first.path, async () => {
      const { held } =
        (await this.store.read<LockState>(first.path, performance.now() + LOOK_TIMEOUT_MS, true))?.data ?? {};
      if (held?.token === token) return 'unchanged';
      return held?.from === token ? 'adopted' : undefined;
    });
  }
}
