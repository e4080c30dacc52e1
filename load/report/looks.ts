import type { Look } from '../page/look.js';

/** How each kind of answer looks in every chart. */
export const LOOKS = {
  offered: { colour: 'series-8', dash: '2 4' },
  accepted: { colour: 'series-3', marker: 'circle' },
  refused: { colour: 'series-2', dash: '8 4', marker: 'diamond' },
  undecided: { colour: 'bad', bold: true },
  reads: { colour: 'series-5', dash: '10 3 2 3', marker: 'square' },
} as const satisfies Readonly<Record<string, Look>>;
