import type { LocalService } from '#local';
import type { Load } from './load.js';

/** Whether the next orders are placed under locks. */
export async function isLocking(load: Load, replicas: readonly LocalService[]): Promise<boolean> {
  const before = await placedWithoutLock(replicas);
  await load.sells(50);
  return (await placedWithoutLock(replicas)) === before;
}

async function placedWithoutLock(replicas: readonly LocalService[]): Promise<number> {
  const counts = replicas.map(async ({ url }) => {
    const metrics = await (await fetch(`${url}/metrics`)).text();
    return Number(/^holdfast_orders_without_lock_total (\d+)$/m.exec(metrics)?.[1]);
  });
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
}
