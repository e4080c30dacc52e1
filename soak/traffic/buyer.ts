import { randomUUID } from 'node:crypto';
import { nowMs, outcomeOf, type Journal, type OrderLine } from '#load';
import type { Answer, Call, Caller } from './caller.js';

/** Numbers the attempts of a run. */
export class OrderJournal {
  private attempts = 0;
  private readonly journal: Journal;

  constructor(journal: Journal) {
    this.journal = journal;
  }

  /** Writes down a request before it is sent, and after it is answered. */
  async record(
    order: { buyerId: string; key: string; saleId: string; lines: readonly OrderLine[] },
    send: () => Promise<Answer>,
  ): Promise<Answer> {
    const attempt = this.attempts;
    this.attempts += 1;
    const sentMs = nowMs();
    this.journal.append({ type: 'send', attempt, ...order, intendedMs: sentMs, sentMs });
    const answer = await send();
    const outcome = outcomeOf(answer);
    const { status, code, replayed } = answer;
    const body = outcome === 'ok' ? answer.body : null;
    this.journal.append({
      ...{ type: 'answer', attempt, outcome, status, code, replayed, body },
      atMs: nowMs(),
    });
    return answer;
  }
}

/** Somebody who buys. */
export class Buyer {
  readonly id: string;
  private readonly token: string;
  private readonly caller: Caller;
  private readonly journal: OrderJournal;

  private constructor(id: string, token: string, caller: Caller, journal: OrderJournal) {
    this.id = id;
    this.token = token;
    this.caller = caller;
    this.journal = journal;
  }

  /** @returns undefined where the service has been away for too long */
  static async signIn(caller: Caller, journal: OrderJournal): Promise<Buyer | undefined> {
    const route = 'POST /v1/auth/guest';
    const { status, body } = await caller.insist(() =>
      caller.call(route, { method: 'POST', path: '/v1/auth/guest' }),
    );
    if (status !== 201) return undefined;
    return new Buyer(String(body.buyerId), String(body.token), caller, journal);
  }

  /** Until it is an order or a refusal. */
  order(saleId: string, lines: readonly OrderLine[], key: string = randomUUID()): Promise<Answer> {
    const body = { saleId, lines };
    const send = () =>
      this.call('POST /v1/orders', {
        method: 'POST',
        path: '/v1/orders',
        headers: { 'idempotency-key': key },
        body,
      });
    return this.caller.insist(() => this.journal.record({ buyerId: this.id, key, saleId, lines }, send));
  }

  pay(orderId: string, outcome: 'succeed' | 'decline' | 'timeout'): Promise<Answer> {
    const path = `/v1/orders/${orderId}/payments`;
    const body = { method: 'sandbox', outcome };
    return this.caller.insist(() =>
      this.call('POST /v1/orders/:id/payments', { method: 'POST', path, body }),
    );
  }

  cancel(orderId: string): Promise<Answer> {
    const path = `/v1/orders/${orderId}/cancellation`;
    return this.caller.insist(() => this.call('POST /v1/orders/:id/cancellation', { method: 'POST', path }));
  }

  read(orderId: string): Promise<Answer> {
    return this.call('GET /v1/orders/:id', { method: 'GET', path: `/v1/orders/${orderId}` });
  }

  list(): Promise<Answer> {
    return this.call('GET /v1/orders', { method: 'GET', path: '/v1/orders' });
  }

  call(route: string, call: Call): Promise<Answer> {
    const headers = { authorization: `Bearer ${this.token}`, ...call.headers };
    return this.caller.call(route, { ...call, headers });
  }
}
