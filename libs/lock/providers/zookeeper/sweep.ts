import type { LockState, ValueRecord } from './records.js';
import type { Node, ZooKeeperStore } from './store.js';
import { unlessItChanged } from './zookeeper-errors.js';

/** How long a lock that nobody holds is kept for its last fence; a fence follows the clock as well, and has passed it then. */
const KEPT_MS = 24 * 3_600_000;
/** Nodes of each kind that one sweep looks at: chance says which. */
const MAX_NODES = 1_000;
const DEADLINE_MS = 30_000;

/** ZooKeeper keeps a node until somebody removes it: locks that were forgotten, and values whose time is over. */
export async function sweep(store: ZooKeeperStore): Promise<void> {
  const { locks, values } = store.paths;
  await sweepBelow<LockState>(store, locks, ({ data, ageMs }) => ageMs > KEPT_MS + (data.held?.leaseMs ?? 0));
  await sweepBelow<ValueRecord>(store, values, ({ data, ageMs }) => ageMs > data.ttlMs);
}

async function sweepBelow<Data>(
  store: ZooKeeperStore,
  parent: string,
  isOver: (node: Node<Data>) => boolean,
): Promise<void> {
  const deadline = performance.now() + DEADLINE_MS;
  const names = await store.children(parent, deadline);
  const start = Math.floor(Math.random() * names.length);
  for (const name of [...names.slice(start), ...names.slice(0, start)].slice(0, MAX_NODES)) {
    const node = await store.read<Data>(`${parent}/${name}`, deadline);
    if (!node || !isOver(node)) continue;
    const { path, stat } = node;
    await unlessItChanged(store.commit([{ remove: path, version: stat.version }], deadline));
  }
}
