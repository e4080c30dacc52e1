import { duration, integer, markOf } from '#load';
import type { DrillResult } from './rehearsal.js';

/** What a drill prints at its end. */
export function drillReport(result: DrillResult): string {
  const { acknowledged, refused, unknown, resent, outage, notes, verdicts, journal } = result;
  const width = Math.max(...verdicts.map(({ name }) => name.length));
  return [
    `  acknowledged ${integer(acknowledged)}, refused ${integer(refused)}, unknown ${integer(unknown)}, ` +
      `sent again ${integer(resent)}`,
    `  without service for ${shown(outage.longestGapMs)} (the longest time between two accepted orders); ` +
      `the first 201 ${shown(outage.untilAcceptedMs)} after the loss`,
    ...notes.map((note) => `  ${note}`),
    ...verdicts.map((verdict) => `  ${markOf(verdict)} ${verdict.name.padEnd(width)}  ${verdict.detail}`),
    `  journal ${journal}`,
    conclusion(result),
  ].join('\n');
}

/** The last word on each drill. */
export function conclusion({ drill, passed, verdicts, seed }: DrillResult): string {
  if (passed) return `HELD: ${drill}`;
  const broken = verdicts.filter(({ ok }) => ok !== true).map(({ name }) => name);
  return `BROKEN: ${drill}, seed ${seed}: ${broken.join(', ')}`;
}

function shown(ms: number | undefined): string {
  return ms === undefined ? 'ever' : duration(ms);
}
