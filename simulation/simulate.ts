import { setImmediate as turn } from 'node:timers/promises';
import { throwIfAborted } from '#load';
import { BUGS, guardsOf, type Bug, type BugName } from './bugs.js';
import { ALL_GUARDS } from './guards.js';
import type { Violation } from './invariants/violation.js';
import { makeSchedule } from './schedule/make-schedule.js';
import { runSchedule, type ScheduleResult } from './schedule/run-schedule.js';
import { shrink } from './schedule/shrink.js';
import type { Schedule } from './schedule/step.js';

/** Which schedules, and in which service. */
export interface Simulation {
  readonly seed: number;
  readonly schedules: number;
  readonly steps: number;
  readonly bug?: BugName | undefined;
  /** The bug's masks are away, and the guard that it is about is not. */
  readonly isControl?: boolean;
  readonly only?: readonly number[] | undefined;
}

export interface Progress {
  schedules: number;
  events: number;
}

export interface Failure {
  readonly schedule: Schedule;
  readonly violation: Violation;
}

/** Runs schedules until one breaks a promise. @throws InterruptedError */
export async function simulate(
  simulation: Simulation,
  { progress, signal }: { readonly progress: Progress; readonly signal: AbortSignal },
): Promise<Failure | undefined> {
  for (let index = 0; index < simulation.schedules; index += 1) {
    const schedule = scheduleOf(simulation, simulation.seed + index);
    const { violation, events } = await run(simulation, schedule);
    progress.schedules += 1;
    progress.events += events;
    if (violation) return { schedule, violation };
    await turn(); // signals, and the line that tells how far it is
    throwIfAborted(signal);
  }
  return undefined;
}

/** The fewest steps that still break the same promise. */
export async function shrunk(simulation: Simulation, { schedule, violation }: Failure): Promise<Failure> {
  const smaller = await shrink(schedule, async (candidate) => {
    const found = (await run(simulation, candidate)).violation;
    return found?.invariant === violation.invariant;
  });
  return { schedule: smaller, violation: (await run(simulation, smaller)).violation ?? violation };
}

export async function traceOf(simulation: Simulation, schedule: Schedule): Promise<string[]> {
  const lines: string[] = [];
  const { violation } = await run(simulation, schedule, (line) => lines.push(line));
  lines.push(violation ? `BROKEN: ${violation.invariant}: ${violation.detail}` : 'every promise was kept');
  return lines;
}

export function scheduleOf({ steps, bug, only }: Simulation, seed: number): Schedule {
  const { without = [] }: Partial<Bug> = bug ? BUGS[bug] : {};
  const schedule = makeSchedule(seed, { steps, without });
  if (!only) return schedule;
  return { ...schedule, steps: schedule.steps.filter(({ number }) => only.includes(number)) };
}

function run(
  { bug: name, isControl = false }: Simulation,
  schedule: Schedule,
  trace?: (line: string) => void,
): Promise<ScheduleResult> {
  const bug: Bug | undefined = name && BUGS[name];
  return runSchedule(schedule, {
    guards: bug ? guardsOf(bug, !isControl) : ALL_GUARDS,
    ...(bug ? { only: bug.breaks } : {}),
    ...(trace ? { trace } : {}),
  });
}
