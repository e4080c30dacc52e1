import { entryOf, type Entry } from './entries.js';
import type { EtcdClient } from './etcd-client.js';
import type { EtcdKeys } from './keys.js';
import type { WakeUp } from './wake-up.js';
import { run, when } from './transaction.js';

/** Of one queue: a claim that stands further behind is not found, and ends with its place. */
export const MAX_ENTRIES = 10_000;

/** The queues in etcd, from the outside: who stands in them, and who of them is dead. */
export class Queues {
  private readonly client: EtcdClient;
  private readonly keys: EtcdKeys;
  private readonly wakeUp: WakeUp;

  constructor(client: EtcdClient, keys: EtcdKeys, wakeUp: WakeUp) {
    this.client = client;
    this.keys = keys;
    this.wakeUp = wakeUp;
  }

  /** Of each queue the first entry, all of one moment. */
  async heads(resources: readonly string[], deadline: number): Promise<(Entry | undefined)[]> {
    return (await this.read(resources, 1, deadline)).map(([first]) => first);
  }

  /** Each queue, all of one moment. */
  whole(resources: readonly string[], deadline: number): Promise<Entry[][]> {
    return this.read(resources, MAX_ENTRIES, deadline);
  }

  /** For how long the entry stays unless it is written again; at most, as far as this process can tell. */
  restMs({ lifeMs, modRevision }: Entry): number {
    return lifeMs - this.client.clock.ageMs(modRevision);
  }

  /** Those whose time is over. */
  async lapsed(entries: readonly Entry[], deadline: number): Promise<Entry[]> {
    const verdicts = await Promise.all(entries.map((entry) => this.hasLapsed(entry, deadline)));
    return entries.filter((_, index) => verdicts[index]);
  }

  /**
   * Takes entries away if none of them was written since. Who waits behind one of them hears of it.
   * @returns whether it did
   */
  async remove(entries: readonly Entry[], deadline: number): Promise<boolean> {
    const reply = await this.client.transact(
      {
        compare: entries.map(({ key, modRevision }) => when.isUnchanged(key, modRevision)),
        success: entries.map(({ key }) => run.remove({ key })),
      },
      deadline,
    );
    if (reply.succeeded) for (const { key } of entries) this.wakeUp.gone(key);
    return reply.succeeded;
  }

  private async read(resources: readonly string[], limit: number, deadline: number): Promise<Entry[][]> {
    const reads = resources.map((resource) => run.oldest(this.keys.queue(resource), limit));
    return (await this.client.apply(reads, deadline)).map(({ entries }) => entries.map(entryOf));
  }

  /**
   * This process knows it of what it has seen for long enough. Of what it sees for the first time etcd may know it, by the
   * second; it is asked where the wall clocks say that there is a point in it.
   */
  private async hasLapsed(entry: Entry, deadline: number): Promise<boolean> {
    if (this.restMs(entry) <= 0) return true;
    if (Date.now() - entry.writtenAtMs < entry.lifeMs) return false;
    return 1_000 * (await this.client.leaseAgeSec(entry.lease, deadline)) >= entry.lifeMs + entry.leadMs;
  }
}
