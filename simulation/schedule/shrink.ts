import type { Schedule, Step } from './step.js';

/** A failure that needs more runs than this is left as it is by then. */
const MAX_RUNS = 400;

/**
 * Leaves steps out, many at once and then fewer, for as long as the schedule still fails (Zeller and Hildebrandt's ddmin,
 * without its complements).
 * @param fails runs a schedule, and says whether it breaks the same promise
 */
export async function shrink(
  schedule: Schedule,
  fails: (candidate: Schedule) => Promise<boolean>,
): Promise<Schedule> {
  let { steps } = schedule;
  let runs = 0;
  for (let size = Math.ceil(steps.length / 2); size >= 1 && runs < MAX_RUNS;) {
    const before = steps.length;
    for (let from = 0; from < steps.length && runs < MAX_RUNS;) {
      const rest: readonly Step[] = [...steps.slice(0, from), ...steps.slice(from + size)];
      runs += 1;
      if (await fails({ ...schedule, steps: rest })) steps = rest;
      else from += size;
    }
    if (size > 1) size = Math.ceil(size / 2);
    else if (steps.length === before) break;
  }
  return { ...schedule, steps };
}
