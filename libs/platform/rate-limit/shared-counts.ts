import { readFileSync } from 'node:fs';
import type { RedisClient } from '#lock/redis';
import { Gathering } from '../gathering/gathering.js';

/** What one script counts at most: Redis does nothing else meanwhile. */
const BATCH = 250;
/** For so long nobody waits for a Redis that did not answer. */
const AWAY_MS = 1_000;
/** One for all: its stack would cost each request more than the count. */
const AWAY = new Error('Redis was away just now.');
const COUNT = 'holdfastCountRequests';
const SCRIPT = readFileSync(new URL('./count.lua', import.meta.url), 'utf8');

/** A client's requests in its window. */
export interface Count {
  readonly requests: number;
  /** Until the window ends. */
  readonly leftMs: number;
}

interface Waiting {
  readonly client: string;
  readonly settle: (count: Count) => void;
  readonly fail: (error: unknown) => void;
}

type CountCommand = (keys: number, ...keysAndWindow: (string | number)[]) => Promise<number[]>;

/**
 * Counts in Redis, for all replicas, in a script for all requests that gathered: a command for each of them cost an order a
 * sixth more of the processor.
 */
export class SharedCounts {
  private readonly waiting = new Gathering<Waiting>(BATCH, (batch) => this.answer(batch));
  private awayUntil = 0;
  private readonly command: CountCommand;

  constructor(
    redis: RedisClient,
    /** With a hash tag, so that a script's keys lie on one node of a Cluster. */
    private readonly keyPrefix: string,
    private readonly windowMs: number,
  ) {
    if (!(COUNT in redis)) redis.defineCommand(COUNT, { lua: SCRIPT });
    const commands = redis as unknown as Record<typeof COUNT, CountCommand>;
    this.command = (...args) => commands[COUNT](...args);
  }

  /** Counts one request. Rejects while Redis is away. */
  count(client: string): Promise<Count> {
    if (performance.now() < this.awayUntil) return Promise.reject(AWAY);
    return new Promise((settle, fail) => {
      this.waiting.add({ client, settle, fail });
    });
  }

  private async answer(batch: readonly Waiting[]): Promise<void> {
    try {
      const keys = batch.map(({ client }) => this.keyPrefix + client);
      const counts = await this.command(keys.length, ...keys, this.windowMs);
      batch.forEach(({ settle }, index) =>
        settle({ requests: counts[2 * index] ?? 0, leftMs: counts[2 * index + 1] ?? 0 }),
      );
    } catch (error) {
      this.awayUntil = performance.now() + AWAY_MS;
      for (const { fail } of [...batch, ...this.waiting.take()]) fail(error);
    }
  }
}
