import { Logger } from '@nestjs/common';
import { Metrics } from '#platform';
import type { Violation } from '../invariants/violation.js';
import { withVirtualTime } from '../time/virtual-time.js';
import type { Schedule } from './step.js';
import { World, type WorldOptions } from './world.js';

Logger.overrideLogger(false); // the service's warnings are about faults that are meant
const metrics = new Metrics();

export interface ScheduleResult {
  readonly violation: Violation | undefined;
  readonly events: number;
}

/** Runs one schedule in virtual time. It depends on its arguments alone. */
export async function runSchedule(
  schedule: Schedule,
  options: Omit<WorldOptions, 'metrics'>,
): Promise<ScheduleResult> {
  const world = new World(schedule, { ...options, metrics });
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0; // most errors here are meant, and their stacks took a third of the time
  try {
    const violation = await withVirtualTime(world.scheduler, () => world.run());
    return { violation, events: world.scheduler.events };
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}
