import { growthOf, unitCostOf, type Growth, type UnitCost } from './growth.js';
import type { Point } from './sampler.js';

type Allowed = Parameters<typeof growthOf>[0]['allowed'];

interface Kind {
  /** Names of series that end so. */
  readonly ending: string;
  readonly unit: string;
  readonly allowed: Allowed;
}

/** V8 gives memory back when it likes, and the first half of a day is still warming up: a leak is more than a tenth. */
const MEMORY: Allowed = { share: 0.1, amount: 8 };

/** What must not grow. Faults end the second service of a kind, so that only the first ones are looked at. */
const KINDS: readonly Kind[] = [
  { ending: ' 1 memory', unit: 'MB', allowed: MEMORY },
  { ending: ' 1 heap', unit: 'MB', allowed: MEMORY },
  { ending: ' 1 handles', unit: '', allowed: { share: 0.05, amount: 6 } },
  { ending: 'PostgreSQL connections', unit: '', allowed: { share: 0.05, amount: 5 } },
  { ending: 'Redis clients', unit: '', allowed: { share: 0.05, amount: 3 } },
  { ending: 'Redis keys', unit: '', allowed: { share: 0.1, amount: 40 } },
  { ending: 'Redis memory', unit: 'MB', allowed: { share: 0.1, amount: 1 } },
  { ending: 'events for the shop', unit: '', allowed: { share: 0.2, amount: 20 } },
  { ending: 'dead letters', unit: '', allowed: { share: 0, amount: 0.5 } },
  { ending: 'payments due', unit: '', allowed: { share: 0.2, amount: 5 } },
  { ending: 'reservations', unit: '', allowed: { share: 0.1, amount: 15 } },
  { ending: 'size of working tables', unit: 'bytes', allowed: { share: 0.1, amount: 500_000 } },
];

export type AllSeries = ReadonlyMap<string, readonly Point[]>;

export function growths(series: AllSeries): Growth[] {
  return KINDS.flatMap(({ ending, unit, allowed }) =>
    [...series]
      .filter(([name]) => name.endsWith(ending))
      .map(([name, points]) => growthOf({ name, unit, points, allowed })),
  );
}

export function costOfAnOrder(series: AllSeries): UnitCost {
  const [added, cost] = [series.get('orders') ?? [], series.get('size of the record') ?? []];
  return unitCostOf('an order in the database', 'bytes', { added, cost });
}
