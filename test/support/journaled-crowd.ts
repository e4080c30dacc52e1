import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { check } from '../../load/checker/checker.js';
import { readDatabase } from '../../load/checker/database-snapshot.js';
import { History } from '../../load/checker/history.js';
import type { Verdict } from '../../load/checker/verdict.js';
import { Journal, readJournal } from '../../load/journal.js';
import { OrderAttempts } from '../../load/workload/order-attempts.js';
import type { Buyer } from './shop.js';

/** What the crowd buys, as it was offered. */
export interface CrowdTarget {
  readonly saleId: string;
  readonly itemId: string;
  readonly stock: number;
}

/** Beyond this an answer is none. */
const TIMEOUT_MS = 15_000;
const PRICE_AMOUNT = 10_000; // of `Shop.createItem`

/**
 * Buyers who order one unit again and again until they are told to stop, each time under a new key, once: nothing is
 * sent again. Every request is in a journal before it leaves and when it is answered.
 */
export class JournaledCrowd {
  /** How often each outcome was heard: `{ 201: 812, connection_lost: 1 }`. */
  readonly outcomes: Record<string, number> = {};
  slowestMs = 0;
  private readonly folder = mkdtempSync(path.join(os.tmpdir(), 'crowd-'));
  private readonly journal = new Journal(path.join(this.folder, 'journal.jsonl'));
  private readonly attempts = new OrderAttempts(this.journal);
  private readonly target: CrowdTarget;
  private readonly buying: Promise<unknown>;
  private stopped = false;

  /** @param pauseMs between an answer and the buyer's next order */
  constructor(
    url: string,
    buyers: readonly Buyer[],
    { target, pauseMs }: { readonly target: CrowdTarget; readonly pauseMs: number },
  ) {
    this.target = target;
    this.buying = Promise.all(
      buyers.map(async (buyer) => {
        for (let round = 0; !this.stopped; round += 1) {
          await this.order(url, buyer, `order-${round}`);
          await sleep(pauseMs);
        }
      }),
    );
  }

  get answered(): number {
    return Object.values(this.outcomes).reduce((sum, count) => sum + count, 0);
  }

  /** Waits for the last answers. @returns what the checker says of journal and record */
  async stop(databaseUrl: string): Promise<Verdict[]> {
    this.stopped = true;
    await this.buying;
    this.journal.close();
    const history = new History();
    for await (const entry of readJournal(this.journal.file)) history.add(entry);
    rmSync(this.folder, { recursive: true });
    const { saleId, itemId, stock } = this.target;
    const item = { itemId, sku: '', stock, priceAmount: PRICE_AMOUNT, purchaseLimit: null };
    return check({
      history,
      snapshot: await readDatabase(databaseUrl, { saleId, itemIds: [itemId] }),
      samples: [],
      parameters: { saleId, currency: 'EUR', items: [item], orderDeadlineMs: TIMEOUT_MS },
    });
  }

  private async order(url: string, { id: buyerId, token }: Buyer, key: string): Promise<void> {
    const { saleId, itemId } = this.target;
    const sentMs = Date.now();
    const order = { buyerId, token, key, saleId, lines: [{ itemId, quantity: 1 }] };
    const exchange = this.attempts.send(order, { intendedMs: sentMs, sentMs }, ({ status, code, atMs }) => {
      const outcome = code ?? String(status);
      this.outcomes[outcome] = (this.outcomes[outcome] ?? 0) + 1;
      this.slowestMs = Math.max(this.slowestMs, atMs - sentMs);
    });
    const { method, path: route, headers, body } = exchange.request;
    try {
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      const response = await fetch(`${url}${route}`, { method, headers, body: body ?? null, signal });
      const text = await response.text();
      const answer = { status: response.status, body: text, headers: Object.fromEntries(response.headers) };
      exchange.answered(answer, Date.now());
    } catch {
      exchange.lost('connection_lost', Date.now());
    }
  }
}
