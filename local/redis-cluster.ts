import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { freePort } from './ports.js';
import { RedisGroup, type GroupServer } from './redis-group.js';
import { eventually, sleep } from './wait.js';

export interface RedisClusterOptions {
  /** After so long without an answer a node counts as failed. Default: 3,000. */
  readonly nodeTimeoutMs?: number;
}

const PRIMARIES = 3;
const NODES = 2 * PRIMARIES;
const SLOTS = 16_384;
const KEYS_PER_STEP = 10;

/** A Redis Cluster (Redis 7 or newer) of three primaries with a replica each, on 127.0.0.1. */
export class LocalRedisCluster {
  readonly group: RedisGroup;
  private readonly directory: string;

  private constructor(directory: string) {
    this.directory = directory;
    this.group = new RedisGroup(directory);
  }

  /** @throws LocalError when Redis is missing, or when the nodes do not become a Cluster */
  static async start({ nodeTimeoutMs = 3_000 }: RedisClusterOptions = {}): Promise<LocalRedisCluster> {
    const cluster = new LocalRedisCluster(mkdtempSync(path.join(os.tmpdir(), 'holdfast-cluster-')));
    try {
      for (let count = 0; count < NODES; count += 1) {
        // Its own choice would be 10,000 above the other port, which need not be a port at all.
        const bus = ['--cluster-port', String(await freePort())];
        await cluster.group.add([...nodeArgs(nodeTimeoutMs), ...bus]);
      }
      await cluster.form();
      return cluster;
    } catch (error) {
      await cluster.stop();
      throw error;
    }
  }

  get urls(): string[] {
    return this.group.servers.map(({ url }) => url);
  }

  /** Those that serve slots now. */
  async primaries(): Promise<GroupServer[]> {
    return [...new Set((await this.ranges()).map(({ servers: [primary] }) => primary))].flatMap(
      (primary) => primary ?? [],
    );
  }

  async replicas(): Promise<GroupServer[]> {
    const primaries = await this.primaries();
    return this.group.servers.filter((server) => !primaries.includes(server));
  }

  slotOf(key: string): Promise<number> {
    return this.any().client.cluster('KEYSLOT', key);
  }

  async primaryOf(slot: number): Promise<GroupServer> {
    const range = (await this.ranges()).find(({ from, to }) => slot >= from && slot <= to);
    const primary = range?.servers[0];
    if (!primary) throw new Error(`Nobody serves slot ${slot}.`);
    return primary;
  }

  /**
   * Moves a slot as `redis-cli --cluster reshard --cluster-replace` does, key by key while it is used.
   * @param stepMs between two steps, so that the state in between lasts
   */
  async moveSlot(slot: number, to: GroupServer, { stepMs = 0 }: { stepMs?: number } = {}): Promise<void> {
    const from = await this.primaryOf(slot);
    const [fromId, toId] = await Promise.all([from, to].map(idOf));
    await to.client.cluster('SETSLOT', slot, 'IMPORTING', fromId ?? '');
    await from.client.cluster('SETSLOT', slot, 'MIGRATING', toId ?? '');
    await sleep(stepMs);
    for (;;) {
      const keys = await from.client.cluster('GETKEYSINSLOT', slot, KEYS_PER_STEP);
      if (keys.length === 0) break;
      // What a script has made over there meanwhile, the queue of a lock that is still here, gives way.
      await from.client.call('MIGRATE', '127.0.0.1', to.port, '', 0, 5_000, 'REPLACE', 'KEYS', ...keys);
      await sleep(stepMs);
    }
    const others = (await this.primaries()).filter((server) => server !== to && server !== from);
    for (const { client } of [to, from, ...others]) await client.cluster('SETSLOT', slot, 'NODE', toId ?? '');
  }

  /** Waits until another node than this serves the slot. */
  async replaced(old: GroupServer, slot: number): Promise<void> {
    await eventually(`a replica takes the place of ${old.url}`, async () => {
      const primary = await this.primaryOf(slot).catch(() => old);
      return primary !== old;
    });
  }

  /** Starts the nodes that were killed, and waits until the Cluster is whole. */
  async revive(): Promise<void> {
    await this.group.revive();
    await this.whole();
  }

  async stop(): Promise<void> {
    await this.group.stop();
    rmSync(this.directory, { recursive: true, force: true });
  }

  private async form(): Promise<void> {
    const { servers } = this.group;
    const [first] = servers;
    if (!first) return;
    for (const [index, { client }] of servers.entries()) await client.cluster('SET-CONFIG-EPOCH', index + 1);
    for (const [index, { client }] of servers.slice(0, PRIMARIES).entries()) {
      const from = Math.floor((SLOTS / PRIMARIES) * index);
      const to = Math.floor((SLOTS / PRIMARIES) * (index + 1)) - 1;
      await client.call('CLUSTER', 'ADDSLOTSRANGE', from, to);
    }
    for (const server of servers.slice(1)) {
      const [, bus] = (await server.client.config('GET', 'cluster-port')) as [string, string];
      await first.client.call('CLUSTER', 'MEET', '127.0.0.1', server.port, bus);
    }
    await eventually('the nodes know one another', async () =>
      (await this.known()).every((n) => n === NODES),
    );
    for (const [index, replica] of servers.slice(PRIMARIES).entries()) {
      const primary = servers[index];
      if (primary) await replica.client.cluster('REPLICATE', await idOf(primary));
    }
    await this.whole();
  }

  private known(): Promise<number[]> {
    return Promise.all(
      this.group.servers.map(async ({ client }) => {
        const nodes = String(await client.cluster('NODES'));
        return nodes.split('\n').filter((line) => line !== '' && !line.includes('handshake')).length;
      }),
    );
  }

  /** Every node is well and says so of all, and each primary has a replica that has what it has. */
  private async whole(): Promise<void> {
    await eventually('the Cluster is whole', async () => {
      const views = await Promise.all(
        this.group.servers.map(async ({ client }) => {
          const [state, nodes, replication] = await Promise.all([
            client.cluster('INFO'),
            client.cluster('NODES'),
            client.info('replication'),
          ]);
          const isOk = state.includes('cluster_state:ok') && !String(nodes).includes('fail');
          return isOk && (/role:master/.test(replication) || /master_link_status:up/.test(replication));
        }),
      );
      return views.every(Boolean) && (await this.replicas()).length === NODES - PRIMARIES;
    });
  }

  private async ranges(): Promise<{ from: number; to: number; servers: GroupServer[] }[]> {
    const slots = await this.any().client.cluster('SLOTS');
    return slots.map(([from, to, ...nodes]) => ({
      from,
      to,
      servers: nodes.map(([, port]) => this.group.at(port)),
    }));
  }

  /** One that answers. */
  private any(): GroupServer {
    const server = this.group.servers.find(({ running, isPaused }) => running && !isPaused);
    if (!server) throw new Error('No node of the Cluster answers.');
    return server;
  }
}

function nodeArgs(nodeTimeoutMs: number): string[] {
  return [
    ...['--cluster-enabled', 'yes', '--cluster-config-file', 'nodes.conf'],
    ...['--cluster-node-timeout', String(nodeTimeoutMs)],
    ...['--cluster-allow-replica-migration', 'no'], // it stays as it was laid out
    ...['--repl-diskless-sync-delay', '0', '--repl-ping-replica-period', '1'],
  ];
}

function idOf({ client }: GroupServer): Promise<string> {
  return client.cluster('MYID');
}
