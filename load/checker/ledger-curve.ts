import type { Snapshot } from './snapshot.js';

/** Units of all items at a moment, by the sum of the movements until then. */
export interface LedgerPoint {
  /** Milliseconds after the start of the load. */
  readonly atMs: number;
  readonly reserved: number;
  readonly sold: number;
}

const MAX_POINTS = 500;

/**
 * How the ledger grew, as far as its times tell: a movement carries the moment at which its transaction began.
 * @param startedMs the start of the load on the harness's clock
 */
export function ledgerCurve({ movements, clockOffsetMs }: Snapshot, startedMs: number): LedgerPoint[] {
  const moved = (movements ?? []).filter(({ orderId }) => orderId !== null);
  const everyNth = Math.max(1, Math.ceil(moved.length / MAX_POINTS));
  const points: LedgerPoint[] = [];
  let [reserved, sold] = [0, 0];
  for (const [index, { atMs, kind, onHandDelta, reservedDelta }] of moved.entries()) {
    reserved += reservedDelta;
    if (kind === 'sell' || kind === 'return') sold -= onHandDelta;
    const shown = index % everyNth === 0 || index === moved.length - 1;
    if (shown) points.push({ atMs: atMs - clockOffsetMs - startedMs, reserved, sold });
  }
  return points;
}
