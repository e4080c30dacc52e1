import { outcomeOf } from '#load';
import type { Journal } from '../invariants/journal.js';
import { idOf } from '../names.js';
import { Actor } from '../time/actor.js';
import type { Scheduler } from '../time/scheduler.js';
import type { ApiProcess, Answer } from './api-process.js';
import type { Http } from './http.js';

export interface Wish {
  readonly buyerId: string;
  readonly key: string;
  readonly saleId: string;
  readonly lines: readonly { readonly itemId: string; readonly quantity: number }[];
}

const MAX_PAUSE_MS = 800;

/** People who want to buy: they send, wait, and send the same again under the same key when they do not know. */
export class Buyers {
  private readonly scheduler: Scheduler;
  private readonly http: Http;
  private readonly journal: Journal;
  private readonly seed: number;
  private readonly replica: (random: Actor) => ApiProcess | undefined;
  private readonly orders = new Map<string, string[]>();
  private requests = 0;

  constructor(
    scheduler: Scheduler,
    of: {
      http: Http;
      journal: Journal;
      seed: number;
      replica: (actor: Actor) => ApiProcess | undefined;
    },
  ) {
    this.scheduler = scheduler;
    this.http = of.http;
    this.journal = of.journal;
    this.seed = of.seed;
    this.replica = of.replica;
  }

  /** @param step names the wish, so that what its buyer draws does not depend on others */
  async order(step: number, wish: Wish, retries: number): Promise<void> {
    const actor = new Actor(wish.buyerId, this.seed + step);
    for (let attempt = 0; attempt <= retries; attempt += 1) {
      const answer = await this.attempt(actor, wish);
      if (answer?.status === 201) this.keep(wish.buyerId, answer.orderId ?? '');
      if (answer && outcomeOf(answer) !== 'unknown') return;
      await this.rest(actor);
    }
  }

  latestOrder(buyerId: string): string | undefined {
    return this.orders.get(buyerId)?.at(-1);
  }

  /** Of the buyer's latest order, if there is one. */
  async withOrder(
    step: number,
    buyerId: string,
    handle: (process: ApiProcess, orderId: string) => Promise<Answer>,
  ): Promise<void> {
    const orderId = this.latestOrder(buyerId);
    if (orderId === undefined) return;
    const actor = new Actor(buyerId, this.seed + step);
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const answer = await this.http.request(actor, this.replica(actor), (process) =>
        handle(process, orderId),
      );
      this.journal.note(
        () => `${buyerId} hears ${answer?.code ?? answer?.status ?? 'nothing'} about ${orderId}`,
      );
      if (answer && answer.status < 500) return;
      await this.rest(actor);
    }
  }

  private async attempt(actor: Actor, wish: Wish): Promise<Answer | undefined> {
    this.requests += 1;
    const orderId = idOf(`order-${this.requests}`);
    const answered = this.journal.sends(wish, orderId);
    const answer = await this.http.request(actor, this.replica(actor), (process) =>
      process.order({
        orderId,
        buyerId: wish.buyerId,
        idempotencyKey: wish.key,
        requestHash: wish.lines.map(({ itemId, quantity }) => `${quantity}x${itemId}`).join('+'),
        saleId: wish.saleId,
        lines: wish.lines,
        expectedTotal: undefined,
        metadata: {},
      }),
    );
    answered(answer);
    return answer;
  }

  private keep(buyerId: string, orderId: string): void {
    const orders = this.orders.get(buyerId) ?? [];
    if (!orders.includes(orderId)) orders.push(orderId);
    this.orders.set(buyerId, orders);
  }

  private rest(actor: Actor): Promise<void> {
    const waitMs = 20 + MAX_PAUSE_MS * actor.random.fraction();
    return new Promise((resolve) => void this.scheduler.after(waitMs, actor, resolve));
  }
}
