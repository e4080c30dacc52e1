import type { CreateOrder, SaleItemView } from '#client';
import { read, write } from '../../shared/storage.js';

/** A wish to buy, kept from the click on. */
export interface Intent {
  /** Which purchase of the item by this browser it is. */
  readonly turn: number;
  /** Open until there is an answer that decides. */
  readonly state: 'open' | 'ordered' | 'refused';
  /** When it came to be so, in milliseconds since the epoch. */
  readonly since: number;
  readonly body: CreateOrder;
  /** Whose it is, from the first time it was sent. */
  readonly buyerId: string | null;
}

export type WantedItem = Pick<SaleItemView, 'itemId' | 'price'>;

/** A click so soon after an order is the second one of a double click, or the same click in another tab. */
const SAME_WISH_MS = 1_000;

const nameOf = (saleId: string, itemId: string) => `holdfast.intent.${saleId}.${itemId}`;

export function keepIntent(saleId: string, itemId: string, intent: Intent): void {
  write(nameOf(saleId, itemId), intent);
}

export function isOpen(saleId: string, itemId: string): boolean {
  return keptIntent(saleId, itemId)?.state === 'open';
}

/** What a click means: the purchase that is open, the one just made, or the next. */
export function intentOfClick(saleId: string, { itemId, price }: WantedItem): Intent {
  const kept = keptIntent(saleId, itemId);
  if (kept && isSameWish(kept)) return kept;
  const body = { saleId, lines: [{ itemId, quantity: 1 }], expectedTotal: price };
  return { turn: turnAfter(kept), state: 'open', since: Date.now(), body, buyerId: null };
}

/**
 * The Idempotency-Key: it names the purchase by the browser, the item in its sale and the turn, so that two tabs that know
 * nothing of each other's click still name the same one.
 */
export function keyOf({ turn, body }: Intent, browser: string): string {
  const itemIds = body.lines.map(({ itemId }) => itemId).join('+');
  return `${browser}.${body.saleId}.${itemIds}.${turn}`;
}

function keptIntent(saleId: string, itemId: string): Intent | null {
  const kept = read(nameOf(saleId, itemId));
  return typeof kept === 'object' && kept !== null && 'turn' in kept ? (kept as Intent) : null;
}

function isSameWish({ state, since }: Intent): boolean {
  return state === 'open' || (state === 'ordered' && Math.abs(Date.now() - since) < SAME_WISH_MS);
}

/** A refusal leaves its turn to the next click: only an order is stored under a key. */
function turnAfter(kept: Intent | null): number {
  if (!kept) return 1;
  return kept.state === 'refused' ? kept.turn : kept.turn + 1;
}
