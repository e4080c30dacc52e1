import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import { placeInTransaction, type Outcome, type PlacementRequest, type TransactionOptions } from '#orders';
import { Database, violatedConstraint, type SqlExecutor, type Statement, type Transaction } from '#platform';
import { asServed, cloneDatabase, openPool } from '../support/database.js';

/** Changes the text of a statement, by its name: how a guard is taken away. */
export type Mutations = Readonly<Record<string, (text: string) => string>>;

export interface Switches {
  readonly mutations?: Mutations;
  /** Reads the snapshot before the claim is granted, as one statement that did both would. */
  readonly readBeforeLock?: boolean;
}

interface Placement extends TransactionOptions {
  /** Told when the stock row is the transaction's. */
  readonly onClaimed?: () => void;
  /** Awaited between the decision's read and the first write. */
  readonly beforeWrite?: () => Promise<void>;
  /** Awaited between the last write and COMMIT. */
  readonly beforeCommit?: () => Promise<void>;
}

/** The order transaction on a real database, with guards that can be switched off one by one. */
export class GuardBench {
  readonly url: string;
  readonly sql: Pool;
  readonly database: Database;
  private readonly drop: () => Promise<void>;

  private constructor(url: string, drop: () => Promise<void>) {
    this.url = url;
    this.database = new Database({ ...asServed(url), poolSize: 4 });
    // The second of two waits for the first inside its transaction, and a busy machine may take its time.
    this.database.pool.on(
      'connect',
      (client) => void client.query(`SET idle_in_transaction_session_timeout = '20s'`),
    );
    this.sql = openPool(url, 2);
    this.drop = drop;
  }

  static async open(): Promise<GuardBench> {
    const { url, drop } = await cloneDatabase();
    return new GuardBench(url, drop);
  }

  async close(): Promise<void> {
    await this.database.close();
    await this.sql.end();
    await this.drop();
  }

  async offer(
    stock: number,
    terms: { purchaseLimit?: number; allotment?: number } = {},
  ): Promise<{ itemId: string; saleId: string }> {
    const [itemId, saleId] = [randomUUID(), randomUUID()];
    await this.sql.query(
      `INSERT INTO item (id, sku, name, price_amount, currency) VALUES ($1, $1::uuid::text, 'An item', 100, 'EUR')`,
      [itemId],
    );
    await this.sql.query('INSERT INTO stock_level (item_id, on_hand) VALUES ($1, $2)', [itemId, stock]);
    await this.sql.query(
      `INSERT INTO sale (id, name, starts_at, ends_at, reservation_ttl_seconds)
       VALUES ($1, 'A sale', now() - interval '1 hour', now() + interval '1 hour', 600)`,
      [saleId],
    );
    await this.sql.query(
      'INSERT INTO sale_item (sale_id, item_id, position, purchase_limit, allotment) VALUES ($1, $2, 0, $3, $4)',
      [saleId, itemId, terms.purchaseLimit ?? null, terms.allotment ?? null],
    );
    return { itemId, saleId };
  }

  /** Places one order with the given guards switched off. */
  async place(
    request: PlacementRequest,
    switches: Switches = {},
    placement: Placement = {},
  ): Promise<Outcome> {
    const { onClaimed, beforeWrite, beforeCommit, ...options } = placement;
    const database: Pick<Database, 'transaction'> = {
      transaction: (work) =>
        this.database.transaction(async (transaction) => {
          const result = await work(intercept(transaction, request, switches, { beforeWrite, onClaimed }));
          await beforeCommit?.();
          return result;
        }),
    };
    const [outcome] = await placeInTransaction(database, [request], options);
    if (!outcome) throw new Error('one request has one outcome');
    return outcome;
  }

  /**
   * Two orders at the worst moment: the first has read and not yet written when the second arrives. The second is
   * given the time to read as well, if nothing holds it.
   * @returns outcomes, or the errors in their place
   */
  async race(
    first: PlacementRequest,
    second: PlacementRequest,
    switches: Switches = {},
    options: TransactionOptions = {},
  ): Promise<(Outcome | Error)[]> {
    const secondHasRead = signal();
    const firstHasRead = signal();
    const firstHasClaimed = signal();
    if (options.guard !== undefined && options.guard !== 'claim') firstHasClaimed.fire(); // it claims nothing
    const firstPlaced = this.place(first, switches, {
      ...options,
      onClaimed: firstHasClaimed.fire,
      beforeWrite: async () => {
        firstHasRead.fire();
        await Promise.race([secondHasRead.fired, sleep(300)]);
      },
    });
    const firstEnds = firstPlaced.then(
      (outcome) => outcome,
      (error: unknown) => error as Error,
    );
    await Promise.race([Promise.all([firstHasRead.fired, firstHasClaimed.fired]), firstEnds]);
    const secondEnds = this.place(second, switches, {
      ...options,
      beforeWrite: async () => {
        secondHasRead.fire();
        await firstEnds; // both have read; the first commits first
      },
    }).catch((error: unknown) => error as Error);
    return Promise.all([firstEnds, secondEnds]);
  }

  /**
   * One transaction has the first item and comes for the second; the other wants both, and names the second first.
   * @param lock locks the rows of these items
   * @param mutate what the statements of the other one are
   * @returns what became of each
   */
  async cross(
    lock: (sql: SqlExecutor, itemIds: readonly string[]) => Promise<unknown>,
    mutate: (text: string) => string = asItIs,
  ): Promise<('fulfilled' | 'rejected')[]> {
    const [first, second] = [(await this.offer(10)).itemId, (await this.offer(10)).itemId].sort() as [
      string,
      string,
    ];
    const hasFirst = signal();
    const one = this.database.transaction(async (transaction) => {
      await lock(transaction, [first]);
      hasFirst.fire();
      await sleep(200);
      await lock(transaction, [second]);
    });
    await hasFirst.fired;
    const other = this.database.transaction((transaction) => {
      const query = <Row extends object>(statement: Statement | string, values?: readonly unknown[]) =>
        transaction.query<Row>(typeof statement === 'string' ? statement : mutate(statement.text), values);
      return lock({ query }, [second, first]);
    });
    return (await Promise.allSettled([one, other])).map(({ status }) => status);
  }

  async units(
    itemId: string,
  ): Promise<{ onHand: number; reserved: number; ordered: number; orders: number }> {
    const { rows } = await this.sql.query<{
      on_hand: number;
      reserved: number;
      ordered: number;
      orders: number;
    }>(
      `SELECT on_hand, reserved, coalesce(sum(quantity), 0)::integer AS ordered, count(order_id)::integer AS orders
       FROM stock_level LEFT JOIN order_line USING (item_id) WHERE item_id = $1 GROUP BY on_hand, reserved`,
      [itemId],
    );
    const [row] = rows;
    if (!row) throw new Error('no such item');
    return { onHand: row.on_hand, reserved: row.reserved, ordered: row.ordered, orders: row.orders };
  }
}

export function request(
  offer: { itemId: string; saleId: string },
  fields: Partial<PlacementRequest> & { quantity?: number } = {},
): PlacementRequest {
  const { quantity = 1, ...rest } = fields;
  return {
    orderId: randomUUID(),
    buyerId: randomUUID(),
    idempotencyKey: randomUUID(),
    requestHash: 'hash',
    saleId: offer.saleId,
    lines: [{ itemId: offer.itemId, quantity }],
    expectedTotal: undefined,
    metadata: {},
    ...rest,
  };
}

/** What became of each, in a word. */
export function kinds(outcomes: readonly (Outcome | Error)[]): string[] {
  return outcomes.map((outcome) => {
    if (outcome instanceof Error) return violatedConstraint(outcome) ?? outcome.name;
    return outcome.kind === 'refused' ? outcome.code : outcome.kind;
  });
}

/** Removes `part` from a statement; a part that is not there would make a test that proves nothing. */
export function without(part: string, replacement = ''): (text: string) => string {
  return (text) => {
    if (!text.includes(part)) throw new Error(`the statement has no ${JSON.stringify(part)}`);
    return text.replace(part, replacement);
  };
}

const SNAPSHOT_NAME = 'placement/snapshot';
const SNAPSHOT = readFileSync(new URL('../../libs/orders/placement/snapshot.sql', import.meta.url), 'utf8');

function intercept(
  transaction: Transaction,
  { saleId, lines, buyerId, idempotencyKey }: PlacementRequest,
  { mutations = {}, readBeforeLock = false }: Switches,
  { beforeWrite, onClaimed }: { [Name in 'beforeWrite' | 'onClaimed']: Placement[Name] | undefined },
): Transaction {
  let readEarly: Promise<object[]> | undefined;
  const mutated = (statement: Statement | string): string =>
    typeof statement === 'string' ? statement : (mutations[statement.name] ?? asItIs)(statement.text);
  const run = (statement: Statement | string, values: readonly unknown[]): Promise<object[]> => {
    const name = typeof statement === 'string' ? undefined : statement.name;
    if (name === 'inventory/claim' && readBeforeLock) {
      const itemIds = lines.map((line) => line.itemId);
      const ofLines = [lines.map(() => saleId), itemIds, lines.map(() => buyerId)];
      readEarly = transaction.query(SNAPSHOT, [
        [saleId],
        itemIds,
        [buyerId],
        [idempotencyKey],
        true,
        ...ofLines,
        false,
      ]);
    }
    if (name === SNAPSHOT_NAME && readEarly) return readEarly;
    return transaction.query(mutated(statement), values);
  };
  return {
    query: async <Row extends object>(statement: Statement | string, values: readonly unknown[] = []) => {
      const rows = await run(statement, values);
      const name = typeof statement === 'string' ? undefined : statement.name;
      if (name === 'inventory/claim') onClaimed?.();
      if (name === SNAPSHOT_NAME) await beforeWrite?.();
      return rows as Row[];
    },
    send: (statement, values) => transaction.send(mutated(statement), values),
  };
}

function asItIs(text: string): string {
  return text;
}

export function signal(): { fired: Promise<void>; fire: () => void } {
  let fire = (): void => undefined;
  const fired = new Promise<void>((resolve) => (fire = resolve));
  return { fired, fire };
}
