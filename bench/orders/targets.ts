import { target, type Target, type Wanted } from '../shared/targets.js';
import { ceilingOf, cellOf, type Cell, type Workload } from './cell.js';
import { BARE, BATCHED, CEILING, PER_ORDER, POLLING } from './contestants.js';
import type { FigureName } from './finding.js';
import { CROWD, type Choice } from './parts.js';
import type { OrderResults } from './results.js';

const FEW = 100;
const MANY = 5_000;
const PROCESSES = 4;
/** A share of the ceiling that falls by at most a tenth. */
const STEADY = 0.9;

/** The share of the ceiling that the default strategy is to reach, by workload. */
export const SHARES = { 'hot-item': 0.85, zipf: 0.75, carts: 0.4, 'sold-out': 0.95 } as const;

/** What the default strategy is to reach, each as the median over the rounds; ratios are taken within each round. */
export function targetsOf(
  results: OrderResults,
  { crowd, volume }: Pick<Choice, 'crowd' | 'volume'>,
): Target[] {
  const hot = (name: string, connections = crowd, options = {}) =>
    cellOf(name, 'hot-item', connections, options);
  const to = (cell: Cell, other: Cell, figure: FigureName = 'perSecond') =>
    results.ratio(cell, other, figure)?.median;
  const share = (cell: Cell) => {
    const ceiling = ceilingOf(cell);
    return ceiling && to(cell, ceiling);
  };
  const shareOf = (workload: Workload) => share(cellOf(BATCHED, workload, crowd));
  const batched = hot(BATCHED);
  const ceiling = hot(CEILING);
  // What is to be reached was set for a crowd of a thousand: with another one it is only told how far it is.
  const wanting = (wanted: Wanted): Wanted => (crowd === CROWD ? wanted : 'reported');
  const at = `hot item, ${crowd.toLocaleString('en')} connections`;
  const steady = (connections: number) =>
    target(
      `hot item: share of the ceiling at ${connections.toLocaleString('en')} connections to that at ${FEW}`,
      wanting({ atLeast: STEADY }),
      quotient(share(hot(BATCHED, connections)), share(hot(BATCHED, FEW))),
    );
  return [
    target(`${at}: batched to the ceiling`, wanting({ atLeast: SHARES['hot-item'] }), share(batched)),
    target(`${at}: p99 to the ceiling's`, wanting({ atMost: 1.5 }), to(batched, ceiling, 'acceptedP99Ms')),
    target(`${at}: batched to per-order`, wanting({ atLeast: 12 }), to(batched, hot(PER_ORDER))),
    target(`${at}: batched to per-order on a lock that polls`, 'reported', to(batched, hot(POLLING))),
    ...(crowd === FEW ? [] : [steady(crowd)]),
    steady(MANY),
    target(
      `hot item: ${PROCESSES} processes to one`,
      wanting({ atLeast: 0.9 }),
      to(hot(BATCHED, crowd, { processes: PROCESSES }), batched),
    ),
    target('1,000 items by Zipf: batched to the ceiling', wanting({ atLeast: SHARES.zipf }), shareOf('zipf')),
    target('carts of three: batched to the ceiling', wanting({ atLeast: SHARES.carts }), shareOf('carts')),
    target(
      'sold out: answers to those of the ceiling',
      wanting({ atLeast: SHARES['sold-out'] }),
      shareOf('sold-out'),
    ),
    target(
      `${volume.toLocaleString('en')} stored orders to none`,
      wanting({ atLeast: 0.9 }),
      to(hot(BATCHED, crowd, { storedOrders: volume }), batched),
    ),
    target(`${at}: the ceiling to bare Fastify`, 'reported', to(ceiling, hot(BARE))),
  ];
}

function quotient(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a / b;
}
