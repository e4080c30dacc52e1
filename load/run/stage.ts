import type { Journal } from '../journal.js';
import { Meter } from '../meter.js';
import type { LoadOptions } from '../options.js';
import type { Random } from '../random.js';
import type { Buyer, Catalogue } from '../target/catalogue.js';
import { OrderAttempts, type Order } from '../workload/order-attempts.js';
import type { Scenario } from '../workload/scenario.js';
import { Workload } from '../workload/workload.js';

/** What a run works with while it lasts. */
export interface Stage {
  readonly workload: Workload;
  readonly meter: Meter;
  readonly attempts: OrderAttempts;
  /** Orders and reads that are due within the run, re-sends left out. */
  readonly requests: number;
}

/** Gives the scenario's buyers and items the ids they have in this run. */
export function createStage(parts: {
  readonly scenario: Scenario;
  readonly catalogue: Catalogue;
  readonly buyers: readonly Buyer[];
  readonly options: LoadOptions;
  readonly journal: Journal;
  readonly random: Random;
}): Stage {
  const { scenario, catalogue, options, journal, random } = parts;
  const meter = new Meter(catalogue.items.map(({ stock }) => stock));
  const attempts = new OrderAttempts(journal);
  const workload = new Workload({
    scenario,
    orders: ordersOf(scenario, catalogue, parts.buyers),
    read: { method: 'GET', path: `/v1/sales/${catalogue.saleId}`, headers: {} },
    retries: options.retries,
    closedLoop: options.profile === 'burst',
    attempts,
    meter,
    random,
  });
  return { workload, meter, attempts, requests: scenario.arrivals.length };
}

function ordersOf({ orders }: Scenario, { saleId, items }: Catalogue, buyers: readonly Buyer[]): Order[] {
  return orders.map(({ buyer: number, key, lines }) => {
    const buyer = buyers[number];
    if (!buyer) throw new Error(`The scenario has no buyer ${number}.`);
    const { buyerId, token } = buyer;
    return {
      buyerId,
      token,
      key,
      saleId,
      lines: lines.map(({ item, quantity }) => ({ itemId: items[item]?.itemId ?? '', quantity })),
    };
  });
}
