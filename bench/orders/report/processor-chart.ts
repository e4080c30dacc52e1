import { barChart, integer, linearAxis, type Bar, type BarChart } from '#load';
import { cellOf } from '../cell.js';
import { CONTESTANT_NAMES } from '../contestants.js';
import type { FigureName } from '../finding.js';
import type { OrderResults } from '../results.js';

const CONSUMERS = [
  { figure: 'apiCpuSec', name: 'API', colour: 'series-1', texture: 'solid' },
  { figure: 'postgresCpuSec', name: 'PostgreSQL', colour: 'series-3', texture: 'striped' },
  { figure: 'redisCpuSec', name: 'Redis', colour: 'series-4', texture: 'dotted' },
  { figure: 'generatorCpuSec', name: 'load generator', colour: 'series-8', texture: 'empty' },
] as const satisfies readonly (NonNullable<BarChart['legend']>[number] & { readonly figure: FigureName })[];

/** What 1,000 orders cost each process, contestant by contestant. */
export function processorChart(results: OrderResults, connections: number): string {
  const bars = CONTESTANT_NAMES.flatMap((name): Bar[] => {
    const cell = cellOf(name, 'hot-item', connections);
    const pieces = CONSUMERS.map(({ figure, name: consumer, colour, texture }) => {
      const value = results.figure(cell, figure)?.median ?? 0;
      return { value, colour, texture, title: `${consumer}: ${value.toFixed(2)} s` };
    });
    const total = totalOf({ pieces });
    return total === 0 ? [] : [{ label: name, pieces, text: `${total.toFixed(2)} s` }];
  });
  if (bars.length === 0) return '';
  return barChart({
    id: 'processor',
    title: 'Processor seconds per 1,000 orders',
    summary: `One hot item on ${integer(connections)} connections, the median of the rounds; the load generator takes its part of the same processors.`,
    axis: linearAxis('processor seconds per 1,000 orders', {
      max: Math.max(...bars.map(totalOf)),
      text: (value) => String(Math.round(value * 100) / 100),
    }),
    bars,
    legend: CONSUMERS,
  });
}

function totalOf({ pieces }: Pick<Bar, 'pieces'>): number {
  return pieces.reduce((sum, { value }) => sum + value, 0);
}
