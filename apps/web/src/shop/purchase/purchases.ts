import type { CreateOrder, OrderView } from '#client';
import { serverNow } from '../../shared/clock.js';
import { Store } from '../../shared/store.js';
import { isUndecided, untilDecided, type Obstacle, type RetryOptions } from '../retry.js';
import type { Reply } from '../reply.js';
import { intentOfClick, isOpen, keepIntent, keyOf, type Intent, type WantedItem } from './intent.js';

/** How far a purchase has come. */
export type Purchase =
  | { readonly kind: 'ordering' }
  /** `until` is when it is sent again, on the server's clock. */
  | { readonly kind: 'waiting'; readonly code: string | null; readonly until: number }
  | { readonly kind: 'ordered'; readonly order: OrderView }
  | { readonly kind: 'refused'; readonly code: string | null }
  /** The service has not said; asking again asks for the same order. */
  | { readonly kind: 'unknown'; readonly code: string | null };

export type Outcome = Extract<Purchase, { kind: 'ordered' | 'refused' | 'unknown' }>;

/** Who buys. */
export interface PurchaseBuyer {
  readonly buyerId: string;
  readonly token: string;
  readonly browser: string;
}

/** What buying asks of the service. */
export interface PurchaseApi {
  /** The buyer, or why there is none. */
  buyer(): Promise<PurchaseBuyer | Reply<unknown>>;
  forgetBuyer(): void;
  order(buyer: PurchaseBuyer, key: string, body: CreateOrder): Promise<Reply<OrderView>>;
}

/**
 * Buying so that it happens once. A click makes an intent, kept until there is an answer that decides; whatever is sent for
 * it carries the same key and the same body. So a double click, a second tab, a lost answer, a reload and a service that
 * was away find the order that the first attempt made.
 */
export class Purchases {
  /** By item. */
  readonly states = new Store<Readonly<Record<string, Purchase | undefined>>>({});
  private readonly underWay = new Map<string, Promise<Outcome>>();

  constructor(
    private readonly api: PurchaseApi,
    private readonly sleep?: RetryOptions['sleep'],
  ) {}

  /** Buys one unit, or finishes the purchase of it that has no answer yet. */
  buy(saleId: string, item: WantedItem): Promise<Outcome> {
    const { itemId } = item;
    const running = this.underWay.get(itemId);
    if (running) return running;
    const purchase = this.complete(saleId, itemId, intentOfClick(saleId, item)).finally(() =>
      this.underWay.delete(itemId),
    );
    this.underWay.set(itemId, purchase);
    return purchase;
  }

  /** Takes up what a reload or a lost answer left open. @returns undefined where nothing was */
  resume(saleId: string, item: WantedItem): Promise<Outcome> | undefined {
    return isOpen(saleId, item.itemId) ? this.buy(saleId, item) : undefined;
  }

  private async complete(saleId: string, itemId: string, intent: Intent): Promise<Outcome> {
    this.show(itemId, { kind: 'ordering' });
    const onWaiting = ({ code, waitMs }: Obstacle) => {
      this.show(itemId, { kind: 'waiting', code, until: serverNow() + waitMs });
    };
    let latest = intent;
    const keep = (next: Intent) => keepIntent(saleId, itemId, (latest = next));
    keep(intent);
    const options = { onWaiting, ...(this.sleep ? { sleep: this.sleep } : {}) };
    const outcome = judge(await untilDecided(() => this.send(latest, keep), options));
    if (outcome.kind !== 'unknown') keep(settled(latest, outcome));
    this.show(itemId, outcome);
    return outcome;
  }

  private async send(intent: Intent, keep: (intent: Intent) => void): Promise<Reply<OrderView>> {
    const buyer = await this.api.buyer();
    if (!('token' in buyer)) return { ...buyer, data: undefined };
    if (intent.buyerId !== null && intent.buyerId !== buyer.buyerId) return UNAUTHENTICATED;
    keep({ ...intent, buyerId: buyer.buyerId });
    const reply = await this.api.order(buyer, keyOf(intent, buyer.browser), intent.body);
    if (reply.status !== 401) return reply;
    this.api.forgetBuyer(); // the token has run out, or the shop began anew
    if (intent.buyerId !== null) return reply;
    // Nothing can have come of this intent yet, so the next buyer may take it over.
    keep(intent);
    return { ...reply, status: 0, code: null };
  }

  private show(itemId: string, purchase: Purchase): void {
    this.states.set({ ...this.states.get(), [itemId]: purchase });
  }
}

const UNAUTHENTICATED = {
  status: 401,
  data: undefined,
  code: 'unauthenticated',
  retryAfterMs: null,
  etag: null,
};

/** Only a 201 and a refusal that was decided say what became of the order. */
function judge(reply: Reply<OrderView>): Outcome {
  if (reply.data) return { kind: 'ordered', order: reply.data };
  return { kind: isUndecided(reply) ? 'unknown' : 'refused', code: reply.code };
}

/** A key that turned out to belong to another order is not used again. */
function settled(
  intent: Intent,
  { kind, code }: { kind: 'ordered' | 'refused'; code?: string | null },
): Intent {
  const isForeign = code === 'idempotency_key_reused';
  const since = intent.state === 'ordered' ? intent.since : Date.now(); // a repetition does not draw it out
  return { ...intent, state: kind, since, turn: intent.turn + (isForeign ? 1 : 0) };
}
