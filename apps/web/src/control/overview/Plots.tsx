import { useMemo } from 'react';
import type { SaleView } from '#client';
import { Plot, type PlotSeries } from '../../design/Plot.js';
import { KEPT_MOMENTS, type Moment } from './monitor.js';
import { totalOf, type Rates } from './rates.js';
import { useMonitor } from './use-monitor.js';

const MOST_ITEMS = 8;

type Look = (moment: Moment) => number | null | undefined;
type Line = readonly [label: string, colour: string, look: Look];

const ofRates =
  (look: (rates: Rates) => number | null): Look =>
  ({ rates }) =>
    rates && look(rates);

const ORDERS: readonly Line[] = [
  ['Accepted', '--series-3', ofRates(({ accepted }) => accepted)],
  ['Refused', '--series-2', ofRates(({ refused }) => totalOf(refused))],
  ['Replayed', '--series-5', ofRates(({ replayed }) => replayed)],
];
const REFUSED: readonly Line[] = [
  ['Sold out', '--series-2', ofRates(({ refused }) => refused.soldOut)],
  ['Limit reached', '--series-1', ofRates(({ refused }) => refused.limitReached)],
  ['Sale not live', '--series-5', ofRates(({ refused }) => refused.notLive)],
  ['Overloaded', '--series-4', ofRates(({ refused }) => refused.overloaded)],
  ['Other', '--series-8', ofRates(({ refused }) => refused.other)],
];
const BATCHES: readonly Line[] = [
  ['Orders a batch', '--series-1', ofRates(({ batchOrders }) => batchOrders)],
];
const LOCKS: readonly Line[] = [
  ['Wait', '--series-4', ofRates(({ lockWaitMs }) => lockWaitMs)],
  ['Hold', '--series-7', ofRates(({ lockHoldMs }) => lockHoldMs)],
];
const WAITING: readonly Line[] = [['Orders waiting', '--series-1', ofRates(({ waiting }) => waiting)]];
const OUTBOX: readonly Line[] = [['Oldest event', '--series-6', ({ outbox }) => outbox?.lagSec]];

/** The last three minutes, a figure a second. */
export function Plots({ sale }: { readonly sale: SaleView }) {
  const { moments } = useMonitor();
  const times = useMemo(() => moments.map((_, index) => index - moments.length + 1), [moments]);
  const stock = useMemo(() => stockLines(sale), [sale]);
  const plot = (lines: readonly Line[]) => ({ times, series: seriesOf(lines, moments) });
  return (
    <section className="plots" aria-label={`The last ${KEPT_MOMENTS / 60} minutes`}>
      <Plot
        title="Orders a second"
        caption="What buyers are told. Replayed: the same request sent again gets the same order, not a second one."
        format={perSecond}
        {...plot(ORDERS)}
      />
      <Plot
        title="Stock left"
        caption="Units nobody has reserved. The line ends at 0, never below."
        format={units}
        {...plot(stock)}
      />
      <Plot
        title="Refusals by reason"
        caption="Why buyers who got no order were turned away."
        format={perSecond}
        {...plot(REFUSED)}
      />
      <Plot
        title="Batch size"
        caption="Orders that share one database transaction. The larger the crowd, the more go together."
        format={orders}
        {...plot(BATCHES)}
      />
      <Plot
        title="Locks of items"
        caption="How long a batch waits for an item's lock, and how long it is kept: from batch to batch while nobody else waits."
        format={milliseconds}
        {...plot(LOCKS)}
      />
      <Plot
        title="Queue"
        caption="Orders that wait for their batch or are being decided. It is empty again within moments."
        format={orders}
        {...plot(WAITING)}
      />
      <Plot
        title="Outbox lag"
        caption="Age of the oldest event the shop has not taken. It grows while nobody takes them."
        format={seconds}
        {...plot(OUTBOX)}
      />
    </section>
  );
}

function seriesOf(lines: readonly Line[], moments: readonly Moment[]): PlotSeries[] {
  return lines.map(([label, colour, look]) => ({
    label,
    colour,
    values: moments.map((moment) => look(moment) ?? null),
  }));
}

function stockLines({ items }: SaleView): Line[] {
  return items
    .slice(0, MOST_ITEMS)
    .map(({ name, itemId }, index) => [name, `--series-${index + 1}`, ({ stock }) => stock[itemId]]);
}

const NUMBER = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });

const perSecond = (value: number) => `${NUMBER.format(value)}/s`;
const units = (value: number) => NUMBER.format(value);
const orders = (value: number) => NUMBER.format(value);
const milliseconds = (value: number) => `${NUMBER.format(value)} ms`;
const seconds = (value: number) => `${NUMBER.format(value)} s`;
