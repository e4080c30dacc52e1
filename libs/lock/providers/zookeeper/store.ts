import { LeaderClock } from './leader-clock.js';
import {
  ANY_VERSION,
  getChildren,
  getData,
  multi,
  type Change,
  type Changed,
  type NodeStat,
} from './messages.js';
import { Holds } from './holds.js';
import { holderIn, write, type Holder, type Look, type Node } from './look.js';
import { placesOf, ZooKeeperPaths } from './paths.js';
import { lockStateOf, type LockState } from './records.js';
import { Released } from './released.js';
import { WakeUp } from './wake-up.js';
import { isConflict, isNoNode, SESSION_EXPIRED, ZooKeeperReplyError } from './zookeeper-errors.js';
import { ZooKeeperSession, type ZooKeeperAddress } from './zookeeper-session.js';

/** What the operations of one provider share. */
export class ZooKeeperStore {
  readonly paths: ZooKeeperPaths;
  readonly wakeUp = new WakeUp();
  readonly clock: LeaderClock;
  readonly holds = new Holds();
  readonly released = new Released();
  private readonly session: ZooKeeperSession;
  private knownGeneration: number | undefined;
  /** Sessions that have ended. */
  private sessions = 0;

  constructor(
    address: Omit<ZooKeeperAddress, 'connectTimeoutMs'>,
    { root, commandTimeoutMs = 1_000 }: { root: string; commandTimeoutMs?: number },
  ) {
    this.paths = new ZooKeeperPaths(root);
    this.session = new ZooKeeperSession(
      { ...address, connectTimeoutMs: commandTimeoutMs / 3 },
      {
        changed: (path) => this.wakeUp.changed(path),
        lost: () => this.lost(),
        ended: () => this.ended(),
      },
    );
    this.clock = new LeaderClock(async (deadline) => {
      await this.commit([{ set: this.paths.clock, data: '', version: ANY_VERSION }], deadline);
    });
  }

  /**
   * All of the changes or none. Where nobody has written yet it lays the foundations first.
   * @throws ZooKeeperReplyError, which `isConflict` when what was compared has changed
   */
  async commit(changes: readonly Change[], deadline: number): Promise<readonly Changed[]> {
    if (changes.length === 0) return [];
    try {
      return await this.tryCommit(changes, deadline);
    } catch (error) {
      const missing = isNoNode(error) ? await this.missingFoundations(deadline) : [];
      if (missing.length === 0) throw error;
      await this.lay(missing, deadline);
      return this.tryCommit(changes, deadline);
    }
  }

  /** @param watch the node's next change is told to those that follow it @returns undefined: there is none */
  async read<Data>(
    path: string,
    {
      decode,
      deadline,
      watch = false,
    }: { decode: (data: string) => Data; deadline: number; watch?: boolean },
  ): Promise<Node<Data> | undefined> {
    const found = await this.raw(path, deadline, watch);
    if (!found) return undefined;
    const { data, stat } = found;
    const ageMs = await this.clock.ageMs(path, stat, deadline);
    return { path, data: decode(data), stat, ageMs };
  }

  /** Those whose leases are not over. What keeps them keeps the time from which their leases count. */
  async holdersOf({ path, data, stat, ageMs }: Node<LockState>, deadline: number): Promise<Holder[]> {
    const holders = await Promise.all(
      data.holders.map(async (held): Promise<Holder> => {
        const { written = { mzxid: String(stat.mzxid), mtimeMs: stat.mtimeMs } } = held;
        const stamp = { ...written, mzxid: BigInt(written.mzxid) };
        const age = held.written ? await this.clock.ageMs(`${path} ${held.token}`, stamp, deadline) : ageMs;
        return { ...held, written, restMs: held.leaseMs - age };
      }),
    );
    return holders.filter(({ restMs }) => restMs > 0);
  }

  async children(path: string, deadline: number): Promise<readonly string[]> {
    try {
      return await this.session.call(getChildren(path), deadline);
    } catch (error) {
      if (isNoNode(error)) return [];
      throw error;
    }
  }

  /** Each lock with its queue. A server may be behind the others, so what follows has to compare versions. */
  async look(resources: readonly string[], deadline: number): Promise<Look[]> {
    const { sessions: session } = this;
    const generation = await this.generation(deadline);
    return Promise.all(
      resources.map(async (resource) => {
        const path = this.paths.lock(resource);
        const [node, names] = await Promise.all([
          this.read(path, { decode: lockStateOf, deadline }),
          this.children(path, deadline),
        ]);
        const holders = node ? await this.holdersOf(node, deadline) : [];
        return { resource, session, generation, path, node, holders, places: placesOf(path, names) };
      }),
    );
  }

  /**
   * Writes each lock anew, unless one of them has changed since it was seen, and with it what else is given.
   * @returns the locks as they are now
   * @throws ZooKeeperReplyError, which `isConflict`, and nothing is changed
   */
  async rewrite(
    looks: readonly Look[],
    states: readonly LockState[],
    deadline: number,
    further: readonly Change[] = [],
  ): Promise<Look[]> {
    const written = looks.flatMap((look, index) => write(look, states[index] as LockState));
    const changed = await this.inGeneration(looks, [...written, ...further], deadline);
    const stats = changed.map(({ stat }) => stat).filter((stat) => stat !== undefined);
    return looks.map((look, index): Look => {
      const { path } = look;
      const data = states[index] as LockState;
      const stat = stats[index] as NodeStat;
      const holders = data.holders.map((held): Holder => {
        const before = held.written && holderIn(look, held.token); // it was there, and has only been kept
        return { ...held, restMs: before?.restMs ?? held.leaseMs };
      });
      const node = { path, data, stat, ageMs: 0 };
      return { ...look, node, holders, places: [] };
    });
  }

  /**
   * Waits until the server has what was written before, wherever it was written: what is seen then is no older than the
   * question.
   */
  async catchUp(deadline: number): Promise<void> {
    await this.commit([{ check: this.paths.root, version: ANY_VERSION }], deadline);
  }

  /** Removes nodes, unless one of them, or any lock, was changed like that since they were read in this generation. */
  async remove(nodes: readonly Node<unknown>[], generation: number, deadline: number): Promise<void> {
    const removed = nodes.map(({ path, stat }): Change => ({ remove: path, version: stat.version }));
    this.knownGeneration = undefined;
    await this.commit([{ set: this.paths.generation, data: '', version: generation }, ...removed], deadline);
  }

  async generation(deadline: number): Promise<number> {
    this.knownGeneration ??= (await this.raw(this.paths.generation, deadline))?.stat.version ?? 0;
    return this.knownGeneration;
  }

  close(): Promise<void> {
    this.wakeUp.close();
    return this.session.close();
  }

  private async inGeneration(
    looks: readonly Look[],
    changes: readonly Change[],
    deadline: number,
  ): Promise<readonly Changed[]> {
    if (looks.some(({ session }) => session !== this.sessions))
      throw new ZooKeeperReplyError(SESSION_EXPIRED);
    // Of several the oldest: when that one is still right, so are the others.
    const generation = Math.min(...looks.map((look) => look.generation));
    const check = looks.length > 0 ? [{ check: this.paths.generation, version: generation }] : [];
    try {
      return await this.commit([...check, ...changes], deadline);
    } catch (error) {
      if (isConflict(error)) this.knownGeneration = undefined;
      throw error;
    }
  }

  /** What the leader's clock says is asked for anew: it may be another machine's. */
  private lost(): void {
    this.clock.forget();
    this.wakeUp.lost();
  }

  /** Maybe with all that ZooKeeper had: what is remembered of it may be of another one. */
  private ended(): void {
    this.sessions += 1;
    this.knownGeneration = undefined;
    this.holds.clear();
    this.released.clear();
  }

  private async tryCommit(changes: readonly Change[], deadline: number): Promise<readonly Changed[]> {
    const reply = await this.session.call(multi(changes, this.session.hasUser), deadline);
    if ('error' in reply) throw new ZooKeeperReplyError(reply.error);
    for (const { stat } of reply) if (stat) this.clock.note(stat);
    return reply;
  }

  private async missingFoundations(deadline: number): Promise<string[]> {
    const { foundations } = this.paths;
    const exists = await Promise.all(
      foundations.map(async (path) => (await this.raw(path, deadline)) !== undefined),
    );
    return foundations.filter((_, index) => !exists[index]);
  }

  private async lay(foundations: readonly string[], deadline: number): Promise<void> {
    for (const create of foundations) {
      await this.tryCommit([{ create, data: '' }], deadline).catch((error: unknown) => {
        if (!isConflict(error)) throw error; // another process was faster
      });
    }
  }

  private async raw(
    path: string,
    deadline: number,
    watch = false,
  ): Promise<{ data: string; stat: NodeStat } | undefined> {
    try {
      return await this.session.call(getData(path, watch), deadline);
    } catch (error) {
      if (isNoNode(error)) return undefined;
      throw error;
    }
  }
}
