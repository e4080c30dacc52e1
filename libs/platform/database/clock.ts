import type { SqlExecutor } from './sql.js';

const REFRESH_MS = 30_000;

/**
 * The database's time, for the age of tokens and signatures: a measured offset to this process's monotonic clock, so
 * that neither a wrong host clock nor a jump of it matters. Whatever an order depends on is decided in SQL instead.
 */
export class DatabaseClock {
  private readonly database: SqlExecutor;
  private epochOffsetMs = Date.now() - performance.now();
  private timer: NodeJS.Timeout | undefined;

  constructor(database: SqlExecutor) {
    this.database = database;
  }

  /** Measures now and every 30 s from then on; while the database is away the last offset stays. */
  async start(): Promise<void> {
    await this.measure();
    this.timer = setInterval(() => void this.measure(), REFRESH_MS).unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** Milliseconds since the epoch. */
  nowMs(): number {
    return this.epochOffsetMs + performance.now();
  }

  private async measure(): Promise<void> {
    const sent = performance.now();
    try {
      const [row] = await this.database.query<{ now: string }>(
        'SELECT extract(epoch FROM clock_timestamp()) * 1000 AS now',
      );
      const received = performance.now();
      if (row) this.epochOffsetMs = Number(row.now) - (sent + received) / 2;
    } catch {
      // keeps the last offset
    }
  }
}
