import { lockStateOf, valueRecordOf, type LockState, type ValueRecord } from './records.js';
import type { Node } from './look.js';
import type { ZooKeeperStore } from './store.js';
import { unlessItChanged } from './zookeeper-errors.js';

/** How long a lock that nobody holds is kept for its last fence; the next one follows the clock, which has passed it then. */
const KEPT_MS = 24 * 3_600_000;
/** Nodes of each kind that one sweep looks at: chance says which. */
const MAX_NODES = 1_000;
/** Nodes that are read, and removed, at once. */
const BATCH = 100;
const DEADLINE_MS = 30_000;

/** ZooKeeper keeps a node until somebody removes it: locks that were forgotten, and values whose time is over. */
export async function sweep(store: ZooKeeperStore): Promise<void> {
  const { locks, values } = store.paths;
  await sweepBelow(store, locks, { decode: lockStateOf, isOver: isForgotten });
  await sweepBelow(store, values, { decode: valueRecordOf, isOver: isOver });
}

function isForgotten({ data: { fence, holders }, ageMs, stat }: Node<LockState>): boolean {
  const isOld = ageMs > KEPT_MS + Math.max(0, ...holders.map(({ leaseMs }) => leaseMs));
  return isOld && stat.childCount === 0 && fence < Date.now() * 1_000;
}

function isOver({ data: { ttlMs }, ageMs }: Node<ValueRecord>): boolean {
  return ageMs > ttlMs;
}

async function sweepBelow<Data>(
  store: ZooKeeperStore,
  parent: string,
  { decode, isOver }: { decode: (data: string) => Data; isOver: (node: Node<Data>) => boolean },
): Promise<void> {
  const deadline = performance.now() + DEADLINE_MS;
  const names = await store.children(parent, deadline);
  const start = Math.floor(Math.random() * names.length);
  const chosen = [...names.slice(start), ...names.slice(0, start)].slice(0, MAX_NODES);
  for (let first = 0; first < chosen.length; first += BATCH) {
    const generation = await store.generation(deadline);
    const reads = chosen
      .slice(first, first + BATCH)
      .map((name) => store.read(`${parent}/${name}`, { decode, deadline }));
    const nodes = (await Promise.all(reads)).filter((node) => node !== undefined);
    const over = nodes.filter(isOver);
    if (over.length > 0) await unlessItChanged(store.remove(over, generation, deadline)); // else the next time
  }
}
