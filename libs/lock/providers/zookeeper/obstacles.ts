import type { LockClaim } from '../../provider.js';
import { lockStateOf, placeRecordOf, textOf, type LockState } from './records.js';
import { holderIn, type Look } from './look.js';
import type { ZooKeeperStore } from './store.js';
import { unlessItChanged } from './zookeeper-errors.js';

/** What is in a claim's way at one of its resources: who stands right before it, or the holder. */
export interface Obstacle {
  readonly resource: string;
  readonly path: string;
  /** Whose the node is while it is in the way; of a place there is nothing but that it is there. */
  readonly holders: string;
  readonly restMs: number;
}

const LOOK_TIMEOUT_MS = 1_000;
/** Those who share a lock are written together, with each change, and ZooKeeper takes 1 MB: some 1,500 of them. */
const MAX_BYTES = 500_000;

/** The first of them, in the order of the resources. Whoever stands before the claim and whose time is over is removed. */
export async function findObstacle(
  store: ZooKeeperStore,
  claim: LockClaim,
  looks: readonly Look[],
  deadline: number,
): Promise<Obstacle | undefined> {
  const found = await Promise.all(looks.map((look) => obstacleOf(store, claim, look, deadline)));
  return found.find((obstacle) => obstacle !== undefined);
}

/** Tells the claim when nothing is in its way any more, and goes on to the next obstacle until then. */
export function followObstacle(store: ZooKeeperStore, claim: LockClaim, { path, holders }: Obstacle): void {
  store.wakeUp.follow(claim.token, path, async () => {
    const deadline = performance.now() + LOOK_TIMEOUT_MS;
    const node = await store.read(path, { decode: lockStateOf, deadline, watch: true });
    if (node && namesOf(node.data) === holders) return 'unchanged';
    const next = await findObstacle(store, claim, await store.look(claim.resources, deadline), deadline);
    if (!next) return undefined;
    followObstacle(store, claim, next);
    return 'unchanged';
  });
}

async function obstacleOf(
  store: ZooKeeperStore,
  claim: LockClaim,
  look: Look,
  deadline: number,
): Promise<Obstacle | undefined> {
  const { resource, path, places, holders, node: lock } = look;
  const own = places.findIndex((place) => place.token === claim.token);
  const ahead = own === -1 ? [...places] : places.slice(0, own);
  for (let place = ahead.pop(); place; place = ahead.pop()) {
    const node = await store.read(place.path, { decode: placeRecordOf, deadline });
    if (!node) continue;
    const placeRestMs = node.data.placeMs - node.ageMs;
    if (placeRestMs > 0) return { resource, path: place.path, holders: '', restMs: placeRestMs };
    const { version } = node.stat;
    await unlessItChanged(store.commit([{ remove: place.path, version }], deadline));
  }
  if (isOpen(look, claim)) return undefined;
  const restMs = Math.min(...holders.map((holder) => holder.restMs));
  return { resource, path, holders: namesOf(lock?.data), restMs };
}

/** To one more, or to this one again. */
function isOpen(look: Look, { token, permits = 1 }: LockClaim): boolean {
  const { holders, node } = look;
  if (holders.length === 0 || holderIn(look, token)) return true;
  if (node?.data.permits !== permits || holders.length >= permits) return false;
  return Buffer.byteLength(textOf(node.data)) < MAX_BYTES;
}

function namesOf(state: LockState | undefined): string {
  return (state?.holders ?? []).map(({ token }) => token).join(' ');
}
