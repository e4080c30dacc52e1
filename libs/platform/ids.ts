import { randomFillSync } from 'node:crypto';
import { v7 } from 'uuid';

const BYTES = 16;
/** One call of the system's generator for so many ids: a call for each took three quarters of the time. */
const POOL = 256;

const pool = new Uint8Array(BYTES * POOL);
let next = pool.length;

/** A new identifier: UUID v7, which sorts by time, so that rows that come together lie together. */
export function newId(): string {
  if (next === pool.length) {
    randomFillSync(pool);
    next = 0;
  }
  const random = pool.subarray(next, (next += BYTES));
  return v7({ random });
}
