import type { LockClaim } from '../../provider.js';
import { lockStateOf, placeRecordOf } from './records.js';
import type { Look, ZooKeeperStore } from './store.js';
import { unlessItChanged } from './zookeeper-errors.js';

/** What is in a claim's way at one of its resources: who stands right before it, or the holder. */
export interface Obstacle {
  readonly resource: string;
  readonly path: string;
  /** Whose the node is while it is in the way; of a place there is nothing but that it is there. */
  readonly holder?: string;
  readonly restMs: number;
}

const LOOK_TIMEOUT_MS = 1_000;

/** The first of them, in the order of the resources. Whoever stands before the claim and whose time is over is removed. */
export async function findObstacle(
  store: ZooKeeperStore,
  token: string,
  looks: readonly Look[],
  deadline: number,
): Promise<Obstacle | undefined> {
  const found = await Promise.all(looks.map((look) => obstacleOf(store, token, look, deadline)));
  return found.find((obstacle) => obstacle !== undefined);
}

/** Tells the claim when nothing is in its way any more, and goes on to the next obstacle until then. */
export function followObstacle(
  store: ZooKeeperStore,
  { token, resources }: LockClaim,
  { path, holder }: Obstacle,
): void {
  store.wakeUp.follow(token, path, async () => {
    const deadline = performance.now() + LOOK_TIMEOUT_MS;
    const node = await store.read(path, { decode: lockStateOf, deadline, watch: true });
    if (node && node.data.held?.token === holder) return 'unchanged';
    const next = await findObstacle(store, token, await store.look(resources, deadline), deadline);
    if (!next) return undefined;
    followObstacle(store, { token, resources }, next);
    return 'unchanged';
  });
}

async function obstacleOf(
  store: ZooKeeperStore,
  token: string,
  { resource, path, holder, restMs, places }: Look,
  deadline: number,
): Promise<Obstacle | undefined> {
  const own = places.findIndex((place) => place.token === token);
  const ahead = own === -1 ? [...places] : places.slice(0, own);
  for (let place = ahead.pop(); place; place = ahead.pop()) {
    const node = await store.read(place.path, { decode: placeRecordOf, deadline });
    if (!node) continue;
    const placeRestMs = node.data.placeMs - node.ageMs;
    if (placeRestMs > 0) return { resource, path: place.path, restMs: placeRestMs };
    const { version } = node.stat;
    await unlessItChanged(store.commit([{ remove: place.path, version }], deadline));
  }
  return holder && holder.token !== token ? { resource, path, holder: holder.token, restMs } : undefined;
}
