import { answerCalls } from '../../shared/answer-calls.js';
import type { GeneratorCalls } from './calls.js';
import { ClosedLoop } from './closed-loop.js';

/** The load generator, a process of its own: what it costs is not taken for a cost of the service. */
let load: ClosedLoop | undefined;

function current(): ClosedLoop {
  if (!load) throw new Error('No load was prepared.');
  return load;
}

answerCalls<GeneratorCalls>({
  prepare: (order) => {
    load = new ClosedLoop(order);
    globalThis.gc?.(); // what the last load left, and not within this one's window
    return null;
  },
  open: async () => {
    await current().open();
    return null;
  },
  warmUp: (order) => current().warmUp(order),
  measure: ({ windowMs }) => current().measure(windowMs),
  drain: async ({ withinMs }) => {
    const report = await current().drain(withinMs);
    load = undefined;
    return report;
  },
});
