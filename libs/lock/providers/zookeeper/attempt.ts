import { LockUnavailableError } from '../../errors.js';
import type { Grant, LockRequest, Refusal } from '../../provider.js';
import { ANY_VERSION, type Change } from './messages.js';
import { findObstacle, followObstacle } from './obstacles.js';
import { nextFence } from '../next-fence.js';
import { HELD_BY_NOBODY, type Held, type LockState, type PlaceRecord } from './records.js';
import { holderIn, isHeldBy, removals, write, type Look } from './look.js';
import type { ZooKeeperStore } from './store.js';
import { unlessItChanged } from './zookeeper-errors.js';

/** Each turn after the first has learned why the one before came to nothing. */
const MAX_TURNS = 50;

/**
 * One attempt of one claim at all of its resources: all or none. A look finds who holds each of them and who waits; a
 * transaction then grants what nobody has taken meanwhile, by the versions of the nodes. A claim enters all of its queues
 * in one transaction, so that any two claims stand in the same order wherever they meet, and nobody waits in a circle.
 */
export class Attempt {
  private readonly store: ZooKeeperStore;
  private readonly request: LockRequest;
  private readonly deadline: number;
  /** The places are counted anew, or were taken just now. */
  private isPlaced = false;
  private hasCaughtUp = false;

  constructor(store: ZooKeeperStore, request: LockRequest, deadline: number) {
    this.store = store;
    this.request = request;
    this.deadline = deadline;
  }

  /** @throws the error of the store; when a place was taken before, LockUnavailableError with an outcome that is unknown */
  async answer(): Promise<Grant | Refusal> {
    try {
      return await this.tryToAnswer();
    } catch (error) {
      if (this.isPlaced) throw new LockUnavailableError(this.request.resources, error, 'unknown');
      throw error;
    }
  }

  private async tryToAnswer(): Promise<Grant | Refusal> {
    const { resources } = this.request;
    const remembered = this.store.released.take(resources);
    if (remembered) {
      const granted = await unlessItChanged(this.grant(remembered));
      if (granted) return granted;
    }
    for (let turn = 1; turn <= MAX_TURNS; turn += 1) {
      const answer = await unlessItChanged(this.turn());
      if (answer) return answer;
    }
    return { granted: false, resource: resources[0] ?? '', remainingMs: -1 };
  }

  /** @returns undefined: the next turn knows more */
  private async turn(): Promise<Grant | Refusal | undefined> {
    const { resources, token, placeMs } = this.request;
    const looks = await this.store.look(resources, this.deadline);
    if (isHeldBy(token, looks)) return this.grant(looks);

    const obstacle = await findObstacle(this.store, this.request, looks, this.deadline);
    if (!obstacle) return this.grant(looks);
    if (placeMs > 0) {
      if (!this.isPlaced && (await this.takePlaces(looks))) return undefined;
    } else if (!this.hasCaughtUp) {
      this.hasCaughtUp = true;
      await this.store.catchUp(this.deadline);
      return undefined;
    } else await this.leave(looks);
    if (placeMs > 0) followObstacle(this.store, this.request, obstacle);
    const { resource, restMs } = obstacle;
    return { granted: false, resource, remainingMs: Math.max(0, Math.ceil(restMs)) };
  }

  /** All of its places in one transaction, or the time of those that it has anew. @returns whether it took new ones */
  private async takePlaces(looks: readonly Look[]): Promise<boolean> {
    const { token, placeMs } = this.request;
    const own = looks.map(({ places }) => places.find((place) => place.token === token));
    const data = JSON.stringify({ placeMs } satisfies PlaceRecord);
    const isComplete = own.every((place) => place !== undefined);
    if (isComplete) {
      const renewed = own.map(({ path }): Change => ({ set: path, data, version: ANY_VERSION }));
      await this.store.commit(renewed, this.deadline);
    } else {
      await this.leave(looks); // parts of what once was more
      const missing = looks.filter(({ node }) => !node);
      const locks = missing.flatMap((look) => write(look, HELD_BY_NOBODY));
      const places = looks.map(({ resource }): Change => ({
        create: this.store.paths.newPlace(resource, token),
        data,
        ephemeralSequential: true,
      }));
      await this.store.commit([...locks, ...places], this.deadline);
    }
    this.isPlaced = true;
    return !isComplete;
  }

  private async leave(looks: readonly Look[]): Promise<void> {
    await this.store.commit(removals(looks, this.request.token), this.deadline);
  }

  /** What the claim holds already it holds for the same fences, and since then. */
  private async grant(looks: readonly Look[]): Promise<Grant> {
    const { token, owner, leaseMs, floors, permits = 1 } = this.request;
    const isAgain = isHeldBy(token, looks);
    const nowMs = Date.now();
    const held = looks.map((look, index): Held => {
      const before = isAgain ? holderIn(look, token) : undefined;
      const fence = before?.fence ?? nextFence(look.node?.data.fence ?? 0, floors[index] ?? 0);
      return {
        token,
        owner,
        fence,
        leaseMs,
        acquiredAtMs: before?.acquiredAtMs ?? nowMs,
        from: before?.from,
      };
    });
    const states = looks.map((look, index): LockState => {
      const own = held[index] as Held;
      const others = look.holders.filter((holder) => holder.token !== token);
      const fence = Math.max(own.fence, look.node?.data.fence ?? 0);
      return { fence, permits, holders: [...others, own] };
    });
    const written = await this.store.rewrite(looks, states, this.deadline, removals(looks, token));
    this.store.holds.set(token, written);
    return { granted: true, fences: held.map(({ fence }) => fence) };
  }
}
