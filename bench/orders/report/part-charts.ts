import { integer, linearAxis } from '#load';
import { cellOf, keyOf, nameOf, type Cell, type Workload } from '../cell.js';
import { BATCHED, CONTESTANT_NAMES } from '../contestants.js';
import type { FigureName } from '../finding.js';
import { cellsOfPart, type Choice, type PartName } from '../parts.js';
import type { OrderResults } from '../results.js';
import { SHARES } from '../targets.js';
import { drawBars, type Bar } from './bars.js';
import { colourOf } from './colours.js';
import { shareOfCeiling } from './share.js';

const CONSUMERS: readonly { readonly figure: FigureName; readonly name: string; readonly colour: string }[] =
  [
    { figure: 'apiCpuSec', name: 'API', colour: 'consumer-api' },
    { figure: 'postgresCpuSec', name: 'PostgreSQL', colour: 'consumer-postgres' },
    { figure: 'redisCpuSec', name: 'Redis', colour: 'consumer-redis' },
    { figure: 'generatorCpuSec', name: 'load generator', colour: 'consumer-generator' },
  ];

/** What 1,000 orders cost each process, contestant by contestant. */
export function processorChart(results: OrderResults, connections: number): string {
  const bars = CONTESTANT_NAMES.flatMap((name): Bar[] => {
    const cell = cellOf(name, 'hot-item', connections);
    const pieces = CONSUMERS.map(({ figure, name: consumer, colour }) => {
      const value = results.figure(cell, figure)?.median ?? 0;
      return { value, colour, title: `${consumer}: ${value.toFixed(2)} s` };
    });
    const total = pieces.reduce((sum, { value }) => sum + value, 0);
    return total === 0 ? [] : [{ label: name, pieces, text: `${total.toFixed(2)} s` }];
  });
  if (bars.length === 0) return '';
  const max = Math.max(...bars.map(({ pieces }) => pieces.reduce((sum, { value }) => sum + value, 0)));
  const label = `processor seconds per 1,000 orders, ${integer(connections)} connections`;
  const axis = linearAxis(label, { max, text: (value) => String(Math.round(value * 100) / 100) });
  const keys = CONSUMERS.map(
    ({ name, colour }) => `<li><span class="key" style="--key:var(--${colour})"></span>${name}</li>`,
  );
  return `${drawBars(bars, axis, label)}<ul class="legend">${keys.join('')}</ul>`;
}

/** The share of the ceiling of each cell of a part; what the default strategy is to reach is marked. */
export function shareChart(results: OrderResults, part: PartName, choice: Choice): string {
  const cells = cellsOfPart(part, choice).filter((cell) => shareOfCeiling(results, cell) !== undefined);
  const bars = cells.map((cell): Bar => {
    const share = shareOfCeiling(results, cell) ?? { median: 0, min: 0, max: 0 };
    const rate = results.figure(cell, 'perSecond')?.median ?? 0;
    return {
      label: nameOf(cell),
      pieces: [{ value: share.median, colour: colourOf(cell.contestant), title: share.median.toFixed(2) }],
      spread: [share.min, share.max],
      target: targetOf(cell),
      text: `${share.median.toFixed(2)} (${integer(rate)}/s)`,
    };
  });
  if (bars.length === 0) return rateChart(results, part, choice);
  const max = Math.max(1, ...bars.map(({ spread = [0, 0] }) => spread[1]));
  const axis = linearAxis('share of the ceiling', { max, text: (value) => value.toFixed(1) });
  return drawBars(bars, axis, `${part}: share of the ceiling`);
}

/** Where there is no ceiling. */
function rateChart(results: OrderResults, part: PartName, choice: Choice): string {
  const bars = cellsOfPart(part, choice).flatMap((cell): Bar[] => {
    const rate = results.figure(cell, 'perSecond');
    if (!rate) return [];
    const title = integer(rate.median);
    return [
      {
        label: cell.workload,
        pieces: [{ value: rate.median, colour: colourOf(cell.contestant), title }],
        spread: [rate.min, rate.max],
        text: `${title}/s`,
      },
    ];
  });
  if (bars.length === 0) return '';
  const max = Math.max(...bars.map(({ spread = [0, 0] }) => spread[1]));
  return drawBars(bars, linearAxis('answers a second', { max, text: integer }), `${part}: answers a second`);
}

/** Of the default strategy as it is: one process, no orders stored, no setting changed. */
function targetOf(cell: Cell): number | undefined {
  const { workload, connections } = cell;
  const shares: Readonly<Partial<Record<Workload, number>>> = SHARES;
  return keyOf(cell) === keyOf(cellOf(BATCHED, workload, connections)) ? shares[workload] : undefined;
}
