import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Logger } from '@nestjs/common';
import type { RedisClient } from '#lock/redis';
import { createRedis, loadStatement, type RedisSettings, type SqlExecutor } from '#platform';
import type { PlacementRequest } from '../../placement.js';

/** The hash tag keeps all of them in one slot of a cluster, since a cart's script takes several at once. */
const PREFIX = '{redis-first}:';
/** How long a counter is believed, and so how long a unit that was lost in it stays out of sale. */
const TTL_MS = 60_000;
const COMMAND_TIMEOUT_MS = 300;
/** How long Redis is left alone after a failure, so that not every order waits for a timeout. */
const REST_MS = 1_000;

const COUNTED_STOCK = loadStatement(import.meta.url, './counted-stock.sql');
const TAKE = loadScript('./take.lua');
const GIVE_BACK = loadScript('./give-back.lua');
const LOAD = loadScript('./load.lua');

/** Redis did not answer as it should. Whether it did what it was asked is not known. */
export class CountersAwayError extends Error {
  override readonly name = 'CountersAwayError';
}

/** How many units of an item are left to be promised, as Redis believes it. */
export class StockCounters {
  private readonly logger = new Logger(StockCounters.name);
  private readonly redis: RedisClient;
  private readonly database: SqlExecutor;
  private readonly loading = new Map<string, Promise<void>>();
  private awayUntilMs = 0;

  /** @param database the record, from which they are loaded */
  constructor(settings: RedisSettings, database: SqlExecutor) {
    this.database = database;
    this.redis = createRedis(settings, { commandTimeoutMs: COMMAND_TIMEOUT_MS });
  }

  /** Resolves when the first attempt has succeeded or failed; a connection is tried for ever. */
  async connect(): Promise<void> {
    await this.redis.connect().catch(() => undefined);
  }

  /**
   * Takes the units of an order, all lines or none, and once however often it is called for the same order.
   * @returns the item that has too few, if one has
   * @throws CountersAwayError, and what a query throws
   */
  async take(request: PlacementRequest): Promise<string | undefined> {
    const take = async () =>
      Number(await this.run(TAKE, keysOf(request), [TTL_MS, ...quantitiesOf(request)]));
    let answer = await take();
    if (answer < 0) {
      await this.loadOnce(request);
      answer = await take(); // a counter that is still missing is of no item: the record will say so
    }
    return request.lines[answer - 1]?.itemId;
  }

  /** @throws CountersAwayError */
  async giveBack(request: PlacementRequest): Promise<void> {
    await this.run(GIVE_BACK, keysOf(request), quantitiesOf(request));
  }

  /** Makes the counters that are missing, and adds to the others what came in beside them. @throws as `take` */
  async load({ lines }: Pick<PlacementRequest, 'lines'>): Promise<void> {
    const rows = await this.database.query<CountedStock>(COUNTED_STOCK, [lines.map((line) => line.itemId)]);
    const load = (row: CountedStock) =>
      this.run(LOAD, [counterKey(row.item_id)], [row.available, row.supply, row.version, TTL_MS]);
    await Promise.all(rows.map(load));
  }

  /** The next order loads it anew. @throws CountersAwayError */
  async forget(itemId: string): Promise<void> {
    await this.send(() => this.redis.del(counterKey(itemId)));
  }

  /** What is left of each item that has a counter. @throws CountersAwayError */
  async left(itemIds: readonly string[]): Promise<Map<string, number>> {
    const replies = await this.send(() =>
      Promise.all(itemIds.map((itemId) => this.redis.hget(counterKey(itemId), 'left'))),
    );
    return new Map(
      itemIds.flatMap((itemId, index) => {
        const left = replies[index];
        return left === null ? [] : [[itemId, Number(left)] as const];
      }),
    );
  }

  close(): void {
    this.redis.disconnect();
  }

  /** One query for all orders of the same items that find a counter missing at the same time. */
  private loadOnce(request: PlacementRequest): Promise<void> {
    const items = request.lines.map((line) => line.itemId).join();
    const loading = this.loading.get(items) ?? this.load(request).finally(() => this.loading.delete(items));
    this.loading.set(items, loading);
    return loading;
  }

  private run(
    { sha, text }: Script,
    keys: readonly string[],
    args: readonly (string | number)[],
  ): Promise<unknown> {
    return this.send(async () => {
      try {
        return await this.redis.evalsha(sha, keys.length, ...keys, ...args);
      } catch (error) {
        if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
        return this.redis.eval(text, keys.length, ...keys, ...args);
      }
    });
  }

  private async send<Reply>(command: () => Promise<Reply>): Promise<Reply> {
    if (performance.now() < this.awayUntilMs) throw new CountersAwayError('Redis was away a moment ago.');
    try {
      return await command();
    } catch (error) {
      if (performance.now() >= this.awayUntilMs) {
        this.awayUntilMs = performance.now() + REST_MS;
        this.logger.warn({ err: error }, 'the counters are away: orders go on under the row lock');
      }
      throw new CountersAwayError('Redis is away.', { cause: error });
    }
  }
}

interface CountedStock {
  item_id: string;
  available: number;
  version: string;
  supply: string;
}

interface Script {
  readonly text: string;
  readonly sha: string;
}

function loadScript(file: string): Script {
  const text = readFileSync(new URL(file, import.meta.url), 'utf8');
  return { text, sha: createHash('sha1').update(text).digest('hex') };
}

/** The order's mark and the counter of each line, as the scripts take them. */
function keysOf({ orderId, lines }: PlacementRequest): string[] {
  return [`${PREFIX}order:${orderId}`, ...lines.map((line) => counterKey(line.itemId))];
}

function counterKey(itemId: string): string {
  return `${PREFIX}stock:${itemId}`;
}

function quantitiesOf({ lines }: PlacementRequest): number[] {
  return lines.map((line) => line.quantity);
}
