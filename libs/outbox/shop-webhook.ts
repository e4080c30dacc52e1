import type { DatabaseClock, WebhookSignature } from '#platform';
import type { ShopEvent } from './shop-event.js';

const TIMEOUT_MS = 5_000;

/** The shop did not take an event: it was not reached, was too slow, or answered with something else than a 2xx. */
export class NotDeliveredError extends Error {
  override readonly name = 'NotDeliveredError';
}

/** Tells the shop, by a POST that is signed anew each time. */
export class ShopWebhook {
  constructor(
    private readonly url: string,
    private readonly signature: WebhookSignature,
    private readonly clock: Pick<DatabaseClock, 'nowMs'>,
  ) {}

  /** Resolves once the shop has taken the event. @throws NotDeliveredError */
  async deliver(event: ShopEvent): Promise<void> {
    const body = JSON.stringify(event);
    let response: Response;
    try {
      response = await fetch(this.url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'user-agent': 'holdfast',
          'x-webhook-signature': this.signature.sign(body, this.clock.nowMs() / 1000),
        },
        body,
        redirect: 'manual', // what is signed for one address is not carried to another
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      await response.body?.cancel();
    } catch (error) {
      throw new NotDeliveredError(reasonOf(error as Error), { cause: error });
    }
    if (!response.ok) throw new NotDeliveredError(`answered ${response.status}`);
  }
}

function reasonOf({ name, message, cause }: Error): string {
  if (name === 'TimeoutError') return `no answer within ${TIMEOUT_MS / 1000} s`;
  return cause instanceof Error ? cause.message || String((cause as { code?: unknown }).code) : message;
}
