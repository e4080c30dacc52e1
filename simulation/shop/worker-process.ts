import { ReservationEnds } from '#orders';
import { DuePayments, Settlement, type PaymentGateway } from '#payments';
import type { Metrics } from '#platform';
import { ShopProcess, type Surroundings } from './shop-process.js';

/** How often it looks, while much goes on. */
const SWEEP_MS = 1_000;
const PAYMENTS_MS = 500;

/**
 * The background of the service: its jobs as the worker's timers run them. The lock that spares workers each other's sweep
 * is left out: each of them sweeps, and rows are the guard.
 */
export class WorkerProcess extends ShopProcess {
  private readonly reservations: ReservationEnds;
  private readonly payments: DuePayments;
  private readonly restFactor: () => number;

  /** @param restFactor by how much the pauses between two rounds are longer */
  constructor(
    name: string,
    start: number,
    surroundings: Surroundings,
    { gateway, metrics, restFactor }: { gateway: PaymentGateway; metrics: Metrics; restFactor: () => number },
  ) {
    super(name, start, surroundings);
    this.restFactor = restFactor;
    this.reservations = new ReservationEnds(this.database);
    this.payments = new DuePayments(this.database, gateway, new Settlement(this.database, metrics));
    this.repeat(SWEEP_MS, () => this.reservations.expireSome());
    this.repeat(PAYMENTS_MS, () => this.payments.settleSome());
  }

  /** A round that fails is tried again by the next. */
  private repeat(everyMs: number, round: () => Promise<unknown>): void {
    const { scheduler } = this.surroundings;
    const waitMs = everyMs * this.restFactor() * (0.9 + 0.2 * this.actor.random.fraction());
    scheduler.after(waitMs, this.actor, () => {
      const again = (): void => this.repeat(everyMs, round);
      void round().then(again, again);
    });
  }
}
