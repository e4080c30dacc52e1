import { cellOf, keyOf, type Cell, type Workload } from './cell.js';
import { BATCHED, CEILING, CONTESTANT_NAMES, PER_ORDER } from './contestants.js';

/** What is asked, part by part; each part is a table of the report. */
export const PARTS = {
  concurrency: 'one hot item with endless stock, at rising concurrency',
  zipf: '1,000 items, the k-th asked for 1/k as often as the first',
  carts: 'three different items of 100 in each order',
  'sold-out': 'answers to those who come too late',
  'sale-page': 'GET /v1/sales/{id}, without and with If-None-Match',
  processes: 'one hot item behind 1, 2 and 4 API processes',
  volume: 'an empty database against a full one',
  features:
    'without a rate limit, with it as everywhere else, with shop events written too, with a purchase limit',
  leases: 'LOCK_LEASE_MS',
  'batch-sizes': 'LANE_BATCH_SIZE',
} as const;
export type PartName = keyof typeof PARTS;
export const PART_NAMES = Object.keys(PARTS) as PartName[];

/** The concurrency that everything but the first part is measured at. */
export const CROWD = 1_000;
const PROCESSES = [1, 2, 4];
const LEASES_MS = [500, 2_000, 10_000];
const BATCH_SIZES = [50, 200, 500, 1_000];

export interface Choice {
  readonly parts: readonly PartName[];
  readonly strategies: readonly string[];
  /** Of the first part. */
  readonly connections: readonly number[];
  /** Of every other part. */
  readonly crowd: number;
  /** Orders in the full database. */
  readonly volume: number;
}

/** The cells that a part shows, in the order of its table. */
export function cellsOfPart(part: PartName, choice: Choice): Cell[] {
  const cells = allCellsOf(part, choice);
  const chosen = (name: string) => choice.strategies.includes(name) && CONTESTANT_NAMES.includes(name);
  return cells.filter(({ contestant }) => chosen(contestant));
}

/** Every cell of every part that was chosen, once. */
export function cellsOf(choice: Choice): Cell[] {
  const cells = new Map<string, Cell>();
  for (const part of choice.parts) {
    for (const cell of cellsOfPart(part, choice)) cells.set(keyOf(cell), cell);
  }
  return [...cells.values()];
}

function allCellsOf(part: PartName, { connections, crowd, volume }: Choice): Cell[] {
  const ceiling = cellOf(CEILING, 'hot-item', crowd);
  const batched = (options: Parameters<typeof cellOf>[3]) => cellOf(BATCHED, 'hot-item', crowd, options);
  const trio = (workload: Workload) =>
    [CEILING, BATCHED, PER_ORDER].map((name) => cellOf(name, workload, crowd));
  switch (part) {
    case 'concurrency':
      return CONTESTANT_NAMES.flatMap((name) => connections.map((count) => cellOf(name, 'hot-item', count)));
    case 'zipf':
      return [...trio(part), cellOf('global-lock', part, crowd)]; // what granularity is worth
    case 'carts':
      return trio(part);
    case 'sold-out':
      return [ceiling, ...[BATCHED, PER_ORDER].map((name) => cellOf(name, part, crowd))];
    case 'sale-page':
      return (['sale-page', 'sale-page-known'] as const).map((workload) => cellOf(BATCHED, workload, crowd));
    case 'processes':
      return [ceiling, ...PROCESSES.map((processes) => batched({ processes }))];
    case 'volume':
      return [ceiling, batched({}), batched({ storedOrders: volume })];
    case 'features':
      return [
        ceiling,
        batched({ settings: { RATE_LIMIT_BUYER: 'off' } }),
        batched({}),
        batched({ events: true }),
        batched({ limited: true }),
      ];
    case 'leases':
      return [ceiling, ...LEASES_MS.map((ms) => batched({ settings: { LOCK_LEASE_MS: String(ms) } }))];
    case 'batch-sizes':
      return [
        ceiling,
        ...BATCH_SIZES.map((size) => batched({ settings: { LANE_BATCH_SIZE: String(size) } })),
      ];
  }
}
