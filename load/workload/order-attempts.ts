import {
  headerOf,
  type Exchange,
  type HttpAnswer,
  type HttpRequest,
  type NoAnswer,
} from '../generator/exchange.js';
import type { Journal, OrderLine } from '../journal.js';
import { isSettled, isWorthRetrying, outcomeOf, type Answered } from './outcome.js';

/** An order with the ids of its run. */
export interface Order {
  readonly buyerId: string;
  readonly token: string;
  readonly key: string;
  readonly saleId: string;
  readonly lines: readonly OrderLine[];
}

/** An order on its way: `tries` requests have been sent, the next is intended for `intendedMs`. */
export interface Intention {
  /** The order's number in the scenario. */
  readonly number: number;
  readonly order: Order;
  readonly tries: number;
  readonly intendedMs: number;
  readonly firstIntendedMs: number;
}

/** What came of one attempt. */
export interface AttemptResult extends Answered {
  readonly outcome: 'ok' | 'fail' | 'unknown';
  readonly atMs: number;
  /** Whether a buyer who has patience left sends it again. */
  readonly worthRetrying: boolean;
  readonly retryAfterSec: number | undefined;
}

/** Sends orders, and writes down each attempt before it leaves and after it is answered. */
export class OrderAttempts {
  /** When the latest request was sent that the service may still be at work on although nobody waits any more. */
  lastUnsettledMs = 0;
  private readonly journal: Journal;
  private attempts = 0;

  constructor(journal: Journal) {
    this.journal = journal;
  }

  /** The exchange for one attempt, sent now. `settled` is called once. */
  send(
    order: Order,
    times: { intendedMs: number; sentMs: number },
    settled: (result: AttemptResult) => void,
  ): Exchange {
    const attempt = this.attempts;
    this.attempts += 1;
    const { buyerId, key, saleId, lines } = order;
    this.journal.append({ type: 'send', attempt, buyerId, key, saleId, lines, ...times });
    return {
      request: orderRequest(order),
      answered: (answer, atMs) =>
        settled(this.noteUnsettled(this.record(attempt, answer, atMs), times.sentMs)),
      lost: (reason, atMs) =>
        settled(this.noteUnsettled(this.recordLoss(attempt, reason, atMs), times.sentMs)),
    };
  }

  private noteUnsettled(result: AttemptResult, sentMs: number): AttemptResult {
    if (!isSettled(result)) this.lastUnsettledMs = Math.max(this.lastUnsettledMs, sentMs);
    return result;
  }

  private record(attempt: number, answer: HttpAnswer, atMs: number): AttemptResult {
    const body = parseBody(answer.body);
    const answered = { status: answer.status, code: codeOf(body) };
    const outcome = outcomeOf(answered);
    this.journal.append({
      type: 'answer',
      attempt,
      outcome,
      ...answered,
      atMs,
      replayed: headerOf(answer, 'idempotency-replayed') === 'true',
      body: outcome === 'ok' ? body : null,
    });
    const retryAfter = headerOf(answer, 'retry-after');
    const retryAfterSec =
      retryAfter !== undefined && /^\d{1,6}$/.test(retryAfter) ? Number(retryAfter) : undefined;
    return { ...answered, outcome, atMs, worthRetrying: isWorthRetrying(answered), retryAfterSec };
  }

  private recordLoss(attempt: number, reason: NoAnswer, atMs: number): AttemptResult {
    const answered = { status: 0, code: reason };
    this.journal.append({
      type: 'answer',
      attempt,
      outcome: 'unknown',
      ...answered,
      atMs,
      replayed: false,
      body: null,
    });
    const worthRetrying = reason !== 'cut_off';
    return { ...answered, outcome: 'unknown', atMs, worthRetrying, retryAfterSec: undefined };
  }
}

/** POST /v1/orders. */
export function orderRequest(order: Order): HttpRequest {
  return {
    method: 'POST',
    path: '/v1/orders',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${order.token}`,
      'idempotency-key': order.key,
    },
    body: JSON.stringify({ saleId: order.saleId, lines: order.lines }),
  };
}

function parseBody(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

function codeOf(body: unknown): string | null {
  const code = typeof body === 'object' && body !== null ? (body as { code?: unknown }).code : undefined;
  return typeof code === 'string' ? code : null;
}
