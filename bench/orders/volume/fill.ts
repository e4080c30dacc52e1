import { readFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import type pg from 'pg';
import { integer, throwIfAborted, UsageError, type Progress } from '#load';
import { connectTo } from '../servers/stores.js';
import { dropIndexes } from './indexes.js';

const SALES = 100;
const UNITS_LEFT = 1_000;
const AT_ONCE = 100_000;
const SESSIONS = 2;
const BYTES_EACH = 2_000; // rows, indexes and the log of writing them
/** The session's own: nothing of this is acknowledged to anybody. */
const FAST = [
  `SET session_replication_role = replica`, // no foreign key is looked up
  `SET synchronous_commit = off`,
  `SET maintenance_work_mem = '512MB'`,
  `SET work_mem = '256MB'`,
];

/** A server that has been up for a while has the keys in memory. */
const WARM_UP = [
  `SET enable_seqscan = off`,
  `SET enable_bitmapscan = off`,
  `SELECT count(*) FROM customer_order WHERE archived AND idempotency_key <> ''`,
];

export interface Filling {
  readonly databaseUrl: string;
  readonly orders: number;
  /** Where the database lies. */
  readonly folder: string;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/**
 * Fills an empty database with orders that were placed and paid long ago.
 * @returns how long it took, in seconds
 * @throws UsageError when the disk has no room for them, InterruptedError
 */
export async function fillDatabase({
  databaseUrl,
  orders,
  folder,
  progress,
  signal,
}: Filling): Promise<number> {
  await requireRoom(folder, orders);
  const startedMs = performance.now();
  const seconds = () => (performance.now() - startedMs) / 1000;
  let doing = '';
  progress.show(() => `storing ${integer(orders)} orders: ${doing}, ${Math.round(seconds())} s`);
  const sessions = await Promise.all(Array.from({ length: SESSIONS }, () => connectTo(databaseUrl)));
  const [client] = sessions as [pg.Client];
  const interrupt = () => sessions.forEach((session) => void session.end()); // a statement may take long: this ends it
  signal.addEventListener('abort', interrupt, { once: true });
  try {
    for (const session of sessions) {
      for (const statement of FAST) await session.query(statement);
      await session.query(statementOf('stored-id'));
    }
    const indexes = await dropIndexes(client);
    await client.query(statementOf('catalogue'), [SALES, UNITS_LEFT]);
    let next = 0;
    const write = async (session: pg.Client) => {
      while (next < orders) {
        throwIfAborted(signal);
        const first = next;
        next = Math.min(first + AT_ONCE, orders);
        doing = `${integer(first)} written`;
        await session.query(statementOf('orders'), [first, next - 1, orders, SALES]);
      }
    };
    await Promise.all(sessions.map(write));
    await client.query(statementOf('balance'));
    for (const [index, statement] of indexes.entries()) {
      throwIfAborted(signal);
      doing = `index ${index + 1} of ${indexes.length}`;
      await client.query(statement);
    }
    throwIfAborted(signal);
    doing = 'statistics';
    await client.query('VACUUM (ANALYZE)'); // or the server would do so by itself, in the middle of a window
    doing = 'warm-up';
    for (const statement of WARM_UP) await client.query(statement);
    await client.query('CHECKPOINT');
  } finally {
    progress.done();
    signal.removeEventListener('abort', interrupt);
    await Promise.all(sessions.map((session) => session.end()));
  }
  return seconds();
}

async function requireRoom(folder: string, orders: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const [free, needed] = [bavail * bsize, orders * BYTES_EACH];
  if (free > needed) return;
  const gigabytes = (bytes: number) => (bytes / 1e9).toFixed(1);
  throw new UsageError(
    `--volume ${orders} needs about ${gigabytes(needed)} GB of disk, and ${gigabytes(free)} GB are free.`,
  );
}

function statementOf(name: string): string {
  return readFileSync(new URL(`./${name}.sql`, import.meta.url), 'utf8');
}
