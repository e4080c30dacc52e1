import http from 'node:http';
import https from 'node:https';
import { currentTraceparent, type DatabaseClock, type WebhookSignature } from '#platform';
import type { ShopEvent } from './shop-event.js';

const TIMEOUT_MS = 5_000;

/** The shop did not take an event: it was not reached, was too slow, or answered with something else than a 2xx. */
export class NotDeliveredError extends Error {
  override readonly name = 'NotDeliveredError';
}

/** Tells the shop, by a POST that is signed anew each time. Redirects are not followed: what is signed for one address stays there. */
export class ShopWebhook {
  private readonly url: URL;
  private readonly client: typeof http | typeof https; // `fetch` takes three times as much of the processor
  private readonly agent: http.Agent;

  constructor(
    url: string,
    private readonly signature: WebhookSignature,
    private readonly clock: Pick<DatabaseClock, 'nowMs'>,
  ) {
    this.url = new URL(url);
    this.client = this.url.protocol === 'https:' ? https : http;
    this.agent = new this.client.Agent({ keepAlive: true });
  }

  /** Resolves once the shop has taken the event. @throws NotDeliveredError */
  async deliver(event: ShopEvent): Promise<void> {
    const body = JSON.stringify(event);
    const status = await this.post(body).catch((error: unknown) => {
      throw new NotDeliveredError(reasonOf(error as Error), { cause: error });
    });
    if (status < 200 || status > 299) throw new NotDeliveredError(`answered ${status}`);
  }

  private post(body: string): Promise<number> {
    const traceparent = currentTraceparent();
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'user-agent': 'holdfast',
      'x-webhook-signature': this.signature.sign(body, this.clock.nowMs() / 1000),
      ...(traceparent === undefined ? {} : { traceparent }),
    };
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    return new Promise((resolve, reject) => {
      const request = this.client.request(this.url, { method: 'POST', agent: this.agent, headers, signal });
      request.on('error', reject);
      request.on('response', (response) => {
        response.on('error', reject); // it may be cut off, or take too long
        response.on('end', () => resolve(response.statusCode ?? 0));
        response.resume();
      });
      request.end(body);
    });
  }
}

function reasonOf(error: Error & { code?: string }): string {
  if (error.name === 'AbortError') return `no answer within ${TIMEOUT_MS / 1000} s`;
  return error.message || (error.code ?? error.name);
}
