import { barChart, integer, linearAxis, type Bar } from '#load';
import { keyOf, cellOf, nameOf, type Cell, type Workload } from '../cell.js';
import { BATCHED, CEILING } from '../contestants.js';
import { cellsOfPart, CROWD, type Choice, type PartName } from '../parts.js';
import type { OrderResults } from '../results.js';
import { SHARES } from '../targets.js';
import { lookOf } from './looks.js';
import { shareOfCeiling } from './share.js';

/** The share of the ceiling of each cell of a part, at one concurrency; what the default strategy is to reach is marked. */
export function shareChart(results: OrderResults, part: PartName, choice: Choice): string {
  const cells = cellsOfPart(part, choice).filter(
    (cell) => cell.connections === choice.crowd && shareOfCeiling(results, cell) !== undefined,
  );
  if (cells.length === 0) return rateChart(results, part, choice);
  const bars = cells.map((cell) => shareBar(results, cell));
  const max = Math.max(1, ...bars.map(({ spread = [0, 0] }) => spread[1]));
  const marked = bars.some(({ target }) => target !== undefined);
  return barChart({
    id: `share-${part}`,
    title: `Share of the ceiling: ${part}`,
    summary:
      `Answers a second to those of the ceiling on ${integer(choice.crowd)} connections: the median of the rounds, and a thin line for their spread.` +
      (marked ? ' The red stroke is what the default strategy is to reach.' : ''),
    axis: linearAxis('share of the ceiling', { max, text: (value) => value.toFixed(1) }),
    bars,
  });
}

function shareBar(results: OrderResults, cell: Cell): Bar {
  const share = shareOfCeiling(results, cell) ?? { median: 0, min: 0, max: 0 };
  const rate = results.figure(cell, 'perSecond')?.median ?? 0;
  const title = share.median.toFixed(2);
  return {
    label: nameOf(cell),
    pieces: [{ value: share.median, title, ...fillOf(cell) }],
    spread: [share.min, share.max],
    target: targetOf(cell),
    text: `${title} (${integer(rate)}/s)`,
  };
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
        pieces: [{ value: rate.median, title, ...fillOf(cell) }],
        spread: [rate.min, rate.max],
        text: `${title}/s`,
      },
    ];
  });
  if (bars.length === 0) return '';
  const max = Math.max(...bars.map(({ spread = [0, 0] }) => spread[1]));
  return barChart({
    id: `rate-${part}`,
    title: `Answers a second: ${part}`,
    summary: 'The median of the rounds; a thin line is their spread.',
    axis: linearAxis('answers a second', { max, text: integer }),
    bars,
  });
}

/** The ceiling is an outline: it is what the others are measured against. */
function fillOf({ contestant }: Cell): { colour: string; texture: 'solid' | 'empty' } {
  return { colour: lookOf(contestant).colour, texture: contestant === CEILING ? 'empty' : 'solid' };
}

/** Of the default strategy as it is, with the crowd that it was set for: one process, no orders stored, no setting changed. */
function targetOf(cell: Cell): number | undefined {
  const { workload, connections } = cell;
  if (connections !== CROWD) return undefined;
  const shares: Readonly<Partial<Record<Workload, number>>> = SHARES;
  return keyOf(cell) === keyOf(cellOf(BATCHED, workload, connections)) ? shares[workload] : undefined;
}
