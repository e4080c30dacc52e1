import { integer, measuringCommand, plural, type Progress as Screen } from '#load';
import { BUG_NAMES, BUGS, type Bug, type BugName } from './bugs.js';
import { helpPage, parseOptions, type SimulationOptions } from './options.js';
import {
  scheduleOf,
  shrunk,
  simulate,
  traceOf,
  type Failure,
  type Progress,
  type Simulation,
} from './simulate.js';
import { withNames } from './names.js';

/** Schedules in which a guard shows that it holds by itself; more where it took more to find that it was gone. */
const MIN_CONTROLS = 100;

/** `npm run simulate` as a function of its arguments. */
export const runCommand = measuringCommand<SimulationOptions>({
  parseOptions,
  helpPage,
  run: async (options, screen, signal) => {
    if (options.bug === 'all') return (await findAll(options, screen, signal)) ? 0 : 1;
    return (await runAll({ ...options, bug: options.bug }, options, screen, signal)) ? 0 : 1;
  },
});

/** @returns whether every promise was kept */
async function runAll(
  simulation: Simulation,
  { trace }: SimulationOptions,
  screen: Screen,
  signal: AbortSignal,
): Promise<boolean> {
  const { schedules, seed, steps } = simulation;
  screen.print(`${plural(schedules, 'schedule')} of ${plural(steps, 'step')}, from seed ${seed}`);
  if (trace && schedules === 1) await printTrace(simulation, scheduleOf(simulation, seed), screen);
  const { failure, progress, seconds } = await watched(simulation, screen, signal);
  if (failure) {
    await report(simulation, failure, progress, screen);
    return false;
  }
  screen.print(
    `Every promise was kept in ${plural(progress.schedules, 'schedule')}: ${integer(progress.events)} events in ` +
      `${seconds.toFixed(1)} s, ${integer(progress.schedules / seconds)} schedules a second.`,
  );
  return true;
}

async function watched(
  simulation: Simulation,
  screen: Screen,
  signal: AbortSignal,
): Promise<{ failure: Failure | undefined; progress: Progress; seconds: number }> {
  const progress: Progress = { schedules: 0, events: 0 };
  const startedAt = performance.now();
  const seconds = () => (performance.now() - startedAt) / 1000;
  screen.show(
    () =>
      `${integer(progress.schedules)} of ${plural(simulation.schedules, 'schedule')}, ` +
      `${integer(progress.schedules / seconds())} a second`,
  );
  try {
    const failure = await simulate(simulation, { progress, signal });
    return { failure, progress, seconds: seconds() };
  } finally {
    screen.done();
  }
}

async function report(
  simulation: Simulation,
  failure: Failure,
  { schedules }: Progress,
  screen: Screen,
): Promise<void> {
  const { invariant, detail } = failure.violation;
  screen.print(`BROKEN after ${plural(schedules, 'schedule')}: ${invariant}: ${withNames(detail)}`);
  screen.print('Leaving out steps that it does not need …');
  const smallest = await shrunk(simulation, failure);
  const { seed, steps } = smallest.schedule;
  screen.print(`Seed ${seed}, ${plural(steps.length, 'step')} of ${simulation.steps}:\n`);
  await printTrace(simulation, smallest.schedule, screen);
  const bug = simulation.bug === undefined ? '' : ` --bug ${simulation.bug}`;
  const only = steps.length > 0 ? ` --only ${steps.map(({ number }) => number).join(',')}` : '';
  screen.print(
    `\nOnce more: npm run simulate -- --seed ${seed} --steps ${simulation.steps}${bug}${only} --trace`,
  );
}

async function printTrace(
  simulation: Simulation,
  schedule: Failure['schedule'],
  screen: Screen,
): Promise<void> {
  for (const line of await traceOf(simulation, schedule)) screen.print(withNames(line));
}

/** @returns whether each defect was found, and nothing while its guard stood alone */
async function findAll(options: SimulationOptions, screen: Screen, signal: AbortSignal): Promise<boolean> {
  const width = Math.max(...BUG_NAMES.map((name) => name.length));
  let isComplete = true;
  for (const bug of BUG_NAMES) {
    const simulation = { ...options, bug };
    const { failure, progress } = await watched(simulation, screen, signal);
    const schedules = Math.max(progress.schedules, Math.min(MIN_CONTROLS, options.schedules));
    const control = await watched({ ...simulation, isControl: true, schedules }, screen, signal);
    const found = failure
      ? `found after ${integer(progress.schedules)} (${failure.violation.invariant}, seed ${failure.schedule.seed})`
      : `NOT found in ${integer(progress.schedules)}`;
    const alone = control.failure
      ? `; its guard alone did NOT hold: seed ${control.failure.schedule.seed}`
      : '';
    screen.print(`${bug.padEnd(width)}  ${found}${alone}${masksOf(bug)}`);
    isComplete &&= failure !== undefined && !control.failure;
  }
  return isComplete;
}

function masksOf(name: BugName): string {
  const { masks }: Bug = BUGS[name];
  return masks.length > 0 ? `; away as well: ${masks.join(', ')}` : '';
}
