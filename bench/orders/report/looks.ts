import type { Look } from '#load';
import { BARE, BATCHED, CEILING, PER_ORDER, POLLING } from '../contestants.js';

const LOOKS: Readonly<Record<string, Look>> = {
  [BARE]: { colour: 'series-8', dash: '2 4', marker: 'circle', hollow: true },
  [CEILING]: { colour: 'ink', dash: '8 5', marker: 'square', hollow: true },
  [BATCHED]: { colour: 'series-1', marker: 'circle', bold: true },
  conditional: { colour: 'series-7', marker: 'square' },
  'row-lock': { colour: 'series-5', marker: 'diamond' },
  optimistic: { colour: 'series-4', marker: 'triangle' },
  'redis-first': { colour: 'series-3', marker: 'wedge' },
  [PER_ORDER]: { colour: 'series-2', marker: 'diamond', bold: true },
  [POLLING]: { colour: 'series-2', dash: '4 4', marker: 'cross' },
  'global-lock': { colour: 'series-6', marker: 'plus' },
  unguarded: { colour: 'bad', dash: '8 3 2 3', marker: 'triangle', hollow: true },
};
const REST: Look = { colour: 'series-8', marker: 'plus' };

/** The same in every chart. Whoever is not named shares one with the rest. */
export function lookOf(contestant: string): Look {
  return LOOKS[contestant] ?? REST;
}
