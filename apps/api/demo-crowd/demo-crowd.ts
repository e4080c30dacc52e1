import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import { PAYMENT_PROVIDER } from '#payments';
import { BuyerTokens, ProblemError } from '#platform';
import { MAX_BUYERS, type DemoCrowdView, type StartDemoCrowd } from './demo-crowd.dto.js';

/** Over so many seconds a crowd arrives: long enough to look on. */
const ARRIVAL_SECONDS = 8;
const ANSWER_TIMEOUT_MS = 15_000;
/** What becomes of those who got an order; the rest wait until it expires. */
const PAYING = 0.6;
const CANCELLING = 0.1;

/** Demonstration buyers, who buy from this process over HTTP as real ones do: no more at a time than a crowd may have. */
@Injectable()
export class DemoCrowd implements BeforeApplicationShutdown {
  private readonly logger = new Logger('DemoCrowd');
  private readonly stopping = new AbortController();
  private underWay = 0;

  constructor(
    private readonly host: HttpAdapterHost,
    private readonly tokens: BuyerTokens,
  ) {
    setMaxListeners(Infinity, this.stopping.signal); // every buyer of a crowd listens
  }

  beforeApplicationShutdown(): void {
    this.stopping.abort();
  }

  /** Sends them on their way. @throws ProblemError rate_limited while too many are under way */
  start({ saleId, buyers }: StartDemoCrowd, itemIds: readonly string[]): DemoCrowdView {
    if (this.underWay + buyers > MAX_BUYERS) {
      const detail = 'A large crowd is under way already; wait until it has bought.';
      throw new ProblemError('rate_limited', detail, { retryAfterSec: ARRIVAL_SECONDS });
    }
    this.underWay += buyers;
    void this.send(saleId, itemIds, buyers).finally(() => (this.underWay -= buyers));
    return { buyers, seconds: ARRIVAL_SECONDS };
  }

  /** What there is to buy. @throws ProblemError not_found */
  async itemsOf(saleId: string): Promise<string[]> {
    const { status, body } = await this.ask('GET', `/v1/sales/${saleId}`);
    if (status !== 200) throw new ProblemError('not_found', 'There is no such sale.');
    return (body as { items: { itemId: string }[] }).items.map(({ itemId }) => itemId);
  }

  /** Each arrives at a moment of its own. */
  private async send(saleId: string, itemIds: readonly string[], buyers: number): Promise<void> {
    const crowd = Array.from({ length: buyers }, async () => {
      await sleep(Math.random() * ARRIVAL_SECONDS * 1_000, undefined, { signal: this.stopping.signal });
      const itemId = itemIds[Math.floor(Math.random() * itemIds.length)];
      return itemId !== undefined && (await this.buy(saleId, itemId));
    });
    const answers = await Promise.allSettled(crowd);
    const ordered = answers.filter((answer) => answer.status === 'fulfilled' && answer.value).length;
    this.logger.log({ saleId, buyers, ordered }, 'a crowd has bought');
  }

  /** @returns whether the buyer got an order */
  private async buy(saleId: string, itemId: string): Promise<boolean> {
    const { token } = this.tokens.issue(randomUUID());
    const order = await this.ask('POST', '/v1/orders', {
      token,
      body: { saleId, lines: [{ itemId, quantity: 1 }] },
    });
    if (order.status !== 201) return false;
    const path = `/v1/orders/${(order.body as { id: string }).id}`;
    const choice = Math.random();
    const { method } = PAYMENT_PROVIDER;
    if (choice < PAYING) await this.ask('POST', `${path}/payments`, { token, body: { method } });
    else if (choice < PAYING + CANCELLING) await this.ask('POST', `${path}/cancellation`, { token });
    return true;
  }

  private async ask(
    method: string,
    path: string,
    { token, body }: { readonly token?: string; readonly body?: object } = {},
  ): Promise<{ status: number; body: unknown }> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined
          ? {}
          : { 'content-type': 'application/json', 'idempotency-key': randomUUID() }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.any([this.stopping.signal, AbortSignal.timeout(ANSWER_TIMEOUT_MS)]),
    });
    return { status: response.status, body: await response.json() };
  }

  /** Where this process listens, as seen from itself. */
  private get url(): string {
    const { server } = this.host.httpAdapter.getInstance<FastifyInstance>();
    const { address, family, port } = server.address() as AddressInfo;
    if (family === 'IPv4') return `http://${address === '0.0.0.0' ? '127.0.0.1' : address}:${port}`;
    return `http://[${address === '::' ? '::1' : address}]:${port}`;
  }
}
