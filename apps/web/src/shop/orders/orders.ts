import type { OrderView } from '#client';
import { serverNow } from '../../shared/clock.js';
import { Store } from '../../shared/store.js';
import { announce } from '../announcer.js';
import { knownBuyer } from '../guest.js';
import type { Reply } from '../reply.js';
import { backOffMs, isUndecided, untilDecided, type Obstacle } from '../retry.js';
import { cancelOrder, listOrders, payOrder, readOrder, type SandboxOutcome } from './order-calls.js';
import { orderNews } from './order-news.js';
import { isBeingPaid, isHeld, isUnsettled, merge, NO_ORDERS, type OrderAction } from './orders-state.js';

/** While a payment is under way. A buyer may ask twenty times in ten seconds. */
const PAYING_EVERY_MS = 800;
const UNSETTLED_EVERY_MS = 15_000;
/** What is paid may leave the shop, or be refunded. */
const PAID_EVERY_MS = 60_000;
/** A hold that has run out ends with the next sweep. */
const SWEEP_MS = 1_000;

/** The buyer's orders, read again while the service may change them: a payment, the end of a hold, a refund. */
export class Orders {
  readonly state = new Store(NO_ORDERS);
  private failures = 0;
  private reading: Promise<void> | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** @returns what ends it */
  start(): () => void {
    const wake = () => {
      clearTimeout(this.timer);
      if (!document.hidden) void this.refresh();
    };
    document.addEventListener('visibilitychange', wake);
    window.addEventListener('storage', wake); // another tab has ordered
    wake();
    return () => {
      document.removeEventListener('visibilitychange', wake);
      window.removeEventListener('storage', wake);
      clearTimeout(this.timer);
    };
  }

  /** Reads the newest ones; what was shown of older pages stays. */
  refresh(): Promise<void> {
    this.reading ??= this.read().finally(() => {
      this.reading = undefined;
      this.schedule();
    });
    return this.reading;
  }

  async loadOlder(): Promise<void> {
    const { nextCursor, isLoadingOlder } = this.state.get();
    if (nextCursor === null || isLoadingOlder) return;
    this.state.set({ ...this.state.get(), isLoadingOlder: true });
    const { data } = await untilDecided(() => listOrders(nextCursor));
    this.state.set({
      ...this.state.get(),
      isLoadingOlder: false,
      ...(data ? { nextCursor: data.nextCursor } : {}),
    });
    if (data) this.put(data.data);
  }

  /** An order that has just been made, or read. */
  put(read: readonly OrderView[]): void {
    const state = this.state.get();
    const orders = merge(state.orders, read);
    this.state.set({ ...state, orders });
    orderNews(state.orders, orders).forEach(announce);
    this.schedule();
  }

  /** Sending it again is safe: while a payment is pending the service opens no second one. */
  async pay(id: string, outcome: SandboxOutcome): Promise<void> {
    await this.act(id, 'paying', () => payOrder(id, outcome));
  }

  async cancel(id: string): Promise<void> {
    await this.act(id, 'cancelling', () => cancelOrder(id));
  }

  private async act(
    id: string,
    kind: 'paying' | 'cancelling',
    send: () => Promise<Reply<unknown>>,
  ): Promise<void> {
    const current = this.state.get().actions[id]?.kind;
    if (current !== undefined && current !== 'refused') return;
    this.setAction(id, { kind });
    const onWaiting = ({ code, waitMs }: Obstacle) => {
      this.setAction(id, { kind: 'waiting', code, until: serverNow() + waitMs });
    };
    const reply = await untilDecided(send, { onWaiting });
    // Whatever was answered, the order says what it is now.
    const read = await untilDecided(() => readOrder(id));
    this.setAction(
      id,
      reply.status < 300 && reply.status > 0 ? undefined : { kind: 'refused', code: reply.code },
    );
    if (read.data) this.put([read.data]);
  }

  private setAction(id: string, action: OrderAction | undefined): void {
    const state = this.state.get();
    this.state.set({ ...state, actions: { ...state.actions, [id]: action } });
  }

  private async read(): Promise<void> {
    if (!knownBuyer()) return;
    const reply = await listOrders(null);
    this.failures = isUndecided(reply) ? this.failures + 1 : 0;
    const { data } = reply;
    if (!data) return;
    const state = this.state.get();
    // The first page moves on as orders are made; where older ones were shown, their cursor is further along.
    if (state.orders.length === 0) this.state.set({ ...state, nextCursor: data.nextCursor });
    this.put(data.data);
    const onPage = new Set(data.data.map(({ id }) => id));
    const others = this.state.get().orders.filter((order) => isUnsettled(order) && !onPage.has(order.id));
    for (const { id } of others) await this.readOne(id);
  }

  private async readOne(id: string): Promise<void> {
    const { data } = await readOrder(id);
    if (data) this.put([data]);
  }

  /** Asks again when there may be something new, and not while nothing is open. */
  private schedule(): void {
    clearTimeout(this.timer);
    if (document.hidden) return;
    const { orders } = this.state.get();
    const endings = orders
      .filter(isHeld)
      .map(({ expiresAt }) => Date.parse(expiresAt) - serverNow() + SWEEP_MS);
    const waitMs = Math.max(PAYING_EVERY_MS, Math.min(this.pauseMs(orders), ...endings));
    if (waitMs < Infinity) this.timer = setTimeout(() => void this.refresh(), waitMs);
  }

  private pauseMs(orders: readonly OrderView[]): number {
    if (this.failures > 0) return backOffMs(this.failures);
    if (orders.some((order) => isHeld(order) && isBeingPaid(order))) return PAYING_EVERY_MS;
    if (orders.some(isUnsettled)) return UNSETTLED_EVERY_MS;
    return orders.some(({ status }) => status === 'paid') ? PAID_EVERY_MS : Infinity;
  }
}
