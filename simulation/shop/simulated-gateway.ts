import {
  GatewayUnavailableError,
  type Charge,
  type GatewayAnswer,
  type PaymentFact,
  type PaymentGateway,
} from '#payments';
import type { Guards } from '../guards.js';
import type { Network } from '../network/network.js';
import { Actor } from '../time/actor.js';
import type { Scheduler } from '../time/scheduler.js';
import type { ApiProcess } from './api-process.js';
import type { Http } from './http.js';

const TIMEOUT_MS = 1_000;
/** A webhook that nobody took is sent again after so long. */
const SEND_AGAIN_MS = 5_000;
const MAX_SENDS = 12;

/** What the gateway has in its books of a payment. */
export interface Books {
  readonly orderId: string;
  status: 'captured' | 'declined' | 'refunded';
  captures: number;
  refunds: number;
}

/** A provider that keeps its books in order and is not to be relied on for anything else. */
export class SimulatedGateway {
  readonly actor: Actor;
  readonly books = new Map<string, Books>();
  private readonly scheduler: Scheduler;
  private readonly network: Network;
  private readonly http: Http;
  private readonly guards: Guards;
  private readonly replica: () => ApiProcess | undefined;
  private readonly onChange: () => void;
  private awayUntilMs = 0;
  private events = 0;

  /** @param replica one of those that take webhooks now */
  constructor(
    scheduler: Scheduler,
    of: {
      seed: number;
      guards: Guards;
      network: Network;
      http: Http;
      replica: () => ApiProcess | undefined;
      onChange: () => void;
    },
  ) {
    this.scheduler = scheduler;
    this.network = of.network;
    this.http = of.http;
    this.guards = of.guards;
    this.replica = of.replica;
    this.onChange = of.onChange;
    this.actor = new Actor('gateway', of.seed);
  }

  /** As a process sees it. */
  seenBy(process: () => Actor): PaymentGateway {
    const ask = (apply: (charge: Charge) => GatewayAnswer) => (charge: Charge) =>
      this.ask(process(), charge, () => apply(charge));
    const capture = ask((charge) => this.capture(charge));
    const refund = ask((charge) => this.refund(charge));
    return { authorize: capture, capture, void: refund, refund };
  }

  /** It takes requests, and neither answers nor tells before the time is over. */
  goQuiet(forMs: number): void {
    this.awayUntilMs = this.scheduler.nowMs + forMs;
  }

  private ask(process: Actor, charge: Charge, apply: () => GatewayAnswer): Promise<GatewayAnswer> {
    const { scheduler } = this;
    const delay = this.network.delayOf(process);
    return new Promise((resolve, reject) => {
      const timeout = scheduler.after(TIMEOUT_MS, process, () =>
        reject(new GatewayUnavailableError('The gateway did not answer.')),
      );
      scheduler.after(delay(), this.actor, () => {
        const isFirst = !this.books.has(charge.paymentId);
        const answer = apply();
        this.onChange();
        const isSilent = scheduler.nowMs < this.awayUntilMs || (charge.outcome === 'timeout' && isFirst);
        if (isSilent) return;
        scheduler.after(delay(), process, () => {
          timeout.isCancelled = true;
          resolve(answer);
        });
      });
    });
  }

  private capture({ paymentId, orderId, amount, currency, outcome }: Charge): GatewayAnswer {
    const known = this.books.get(paymentId);
    if (!known) {
      const isDeclined = outcome === 'decline';
      const status = isDeclined ? 'declined' : 'captured';
      this.books.set(paymentId, { orderId, status, captures: isDeclined ? 0 : 1, refunds: 0 });
      this.tell(
        paymentId,
        orderId,
        isDeclined
          ? { kind: 'declined', failureCode: 'card_declined' }
          : { kind: 'captured', amount, currency },
      );
    } else if (!this.guards.gatewayKey && known.status === 'captured') known.captures += 1;
    if ((known?.status ?? this.books.get(paymentId)?.status) === 'declined')
      return { status: 'declined', failureCode: 'card_declined' };
    return { status: 'succeeded', amount, currency };
  }

  private refund({ paymentId, orderId, amount, currency }: Charge): GatewayAnswer {
    const known = this.books.get(paymentId);
    if (!known || known.status === 'declined') return { status: 'declined', failureCode: 'not_captured' };
    if (known.status === 'captured') {
      known.status = 'refunded';
      known.refunds += 1;
      this.tell(paymentId, orderId, { kind: 'refunded' });
    }
    return { status: 'succeeded', amount, currency };
  }

  /** Late, now and then twice, and in no order. */
  private tell(paymentId: string, orderId: string, fact: PaymentFact): void {
    this.events += 1;
    const { random } = this.actor;
    const eventId = `event-${this.events}`;
    const sends = random.fraction() < 0.3 ? 2 : 1;
    for (let send = 0; send < sends; send += 1) {
      const quietMs = Math.max(0, this.awayUntilMs - this.scheduler.nowMs);
      const waitMs = quietMs + 10 + 3_000 * random.fraction() ** 3;
      this.scheduler.after(waitMs, this.actor, () => void this.send(paymentId, orderId, fact, eventId));
    }
  }

  private async send(id: string, orderId: string, fact: PaymentFact, eventId: string): Promise<void> {
    for (let sends = 0; sends < MAX_SENDS; sends += 1) {
      const event = { eventId, type: `payment.${fact.kind}` };
      const answer = await this.http.request(this.actor, this.replica(), (process) =>
        process.webhook({ id, orderId }, fact, event),
      );
      if (answer && answer.status < 300) return;
      await new Promise<void>((resolve) => void this.scheduler.after(SEND_AGAIN_MS, this.actor, resolve));
    }
  }
}
