import { adjustStock } from '#inventory';
import { BatchedStrategy, Gate, OrderPlacement, ReservationEnds, type PlacementRequest } from '#orders';
import { PaymentsService, Settlement, type PaymentEvent, type PaymentFact, type Settled } from '#payments';
import { ProblemError, toProblem, type Metrics } from '#platform';
import { REQUESTS_END } from '../invariants/violation.js';
import { ShopProcess, type Surroundings } from './shop-process.js';

/** How long an order may wait: shorter than a shop's, so that more of them come to it. */
export const ORDER_DEADLINE_MS = 3_000;
const LEASE_MS = 2_000;
/** Past its deadline an order may still say why it ended. */
const GRACE_MS = 300;
const BATCH_SIZE = 8;
const CAPACITY = 100;

/** What a client hears: 201 with the order's id, another success, or a problem. */
export interface Answer {
  readonly status: number;
  readonly code: string | null;
  readonly orderId?: string;
  readonly replayed?: boolean;
}

/** A replica of the API without its HTTP: the routes that change something, as its controllers wire them. */
export class ApiProcess extends ShopProcess {
  private readonly placement: OrderPlacement;
  private readonly reservations: ReservationEnds;
  private readonly payments: PaymentsService;
  private readonly settlement: Settlement;

  constructor(name: string, start: number, surroundings: Surroundings, metrics: Metrics) {
    super(name, start, surroundings);
    const { database, locks } = this;
    const strategy = new BatchedStrategy(locks, database, metrics, {
      batchSize: BATCH_SIZE,
      deadlineMs: ORDER_DEADLINE_MS,
      leaseMs: LEASE_MS,
    });
    this.placement = new OrderPlacement(strategy, new Gate(this.openDatabase(1)), metrics, {
      deadlineMs: ORDER_DEADLINE_MS,
      capacity: CAPACITY,
      drainMs: 0,
    });
    this.reservations = new ReservationEnds(database);
    this.payments = new PaymentsService(database);
    this.settlement = new Settlement(database, metrics);
  }

  async order(request: PlacementRequest): Promise<Answer> {
    const { pauses } = this.actor;
    const startedAt = performance.now();
    const answer = await this.place(request);
    const tookMs = performance.now() - startedAt;
    if (pauses === this.actor.pauses && tookMs > ORDER_DEADLINE_MS + GRACE_MS) {
      const detail = `${request.orderId} was answered ${answer.code ?? answer.status} after ${tookMs.toFixed(0)} ms`;
      this.surroundings.report({ invariant: REQUESTS_END, detail });
    }
    if (answer.status === 500) {
      this.surroundings.report({ invariant: REQUESTS_END, detail: `${request.orderId} was answered 500` });
    }
    return answer;
  }

  private place(request: PlacementRequest): Promise<Answer> {
    return answered(async () => {
      const outcome = await this.placement.place(request);
      switch (outcome.kind) {
        case 'accepted':
          return { status: 201, code: null, orderId: outcome.order.id, replayed: false };
        case 'replayed':
          return {
            status: 201,
            code: null,
            orderId: outcome.orderId,
            replayed: outcome.orderId !== request.orderId,
          };
        case 'refused':
          throw new ProblemError(outcome.code, outcome.detail);
      }
    });
  }

  pay(buyerId: string, orderId: string, outcome: 'succeed' | 'decline' | 'timeout'): Promise<Answer> {
    return answered(async () => {
      await this.payments.open(buyerId, orderId, { method: 'sandbox', outcome });
      return { status: 202, code: null };
    });
  }

  cancel(buyerId: string, orderId: string): Promise<Answer> {
    return answered(async () => {
      const { kind } = await this.reservations.cancel(orderId, buyerId);
      return { status: kind === 'cancelled' ? 200 : 409, code: kind };
    });
  }

  adjust(itemId: string, quantity: number, reference: string): Promise<Answer> {
    return answered(async () => {
      const adjustment = { itemId, quantity, reason: 'count', reference };
      await this.database.transaction((transaction) => adjustStock(transaction, adjustment));
      return { status: 201, code: null };
    });
  }

  webhook(
    payment: { readonly id: string; readonly orderId: string },
    fact: PaymentFact,
    event: PaymentEvent,
  ): Promise<Answer> {
    return answered(async () => {
      const settled: Settled = await this.settlement.record(payment, fact, event);
      return settled === 'not_found' ? { status: 404, code: settled } : { status: 200, code: null };
    });
  }
}

/** As the one filter writes it. */
async function answered(work: () => Promise<Answer>): Promise<Answer> {
  try {
    return await work();
  } catch (error) {
    const { status, code } = toProblem(error);
    return { status, code };
  }
}
