import { LockUnavailableError } from '../errors.js';
import type { LockAbility } from '../provider.js';
import type { ConformanceCase } from './conformance-case.js';
import { CONFORMANCE_CASES } from './conformance-cases.js';
import { CaseContext } from './context.js';
import type { ConformanceSubject } from './subject.js';
import { sleep, TooLateError } from './support.js';

type Body = () => void | Promise<void>;

/** What Jest, Vitest and node:test have in common. A test framework that has no timeouts of its own ignores ours. */
export interface TestFramework {
  describe: (title: string, body: () => void) => unknown;
  it: ((title: string, body: Body, timeoutMs?: number) => unknown) & {
    skip: (title: string, body: Body) => unknown;
  };
}

export interface ConformanceOptions {
  /** Runs what takes long in its full size: 16,000 increments, a minute of renewals, 10,000 races. Default: false. */
  full?: boolean;
}

const DEFAULT_TIMEOUT_MS = 30_000;
const MAX_ATTEMPTS = 3;
const PAUSE_MS = 500;

const LACKS: Readonly<Record<LockAbility, string>> = {
  distributed: 'it excludes within one process only',
  fencing: 'its grants carry no fence',
  fair: 'it keeps no queue',
  contentionEvents: 'it does not tell who holds',
  handOver: 'a lock does not change hands',
  inspection: 'it cannot list what is held',
  sharing: 'several cannot hold a resource together',
  sharedValues: 'it keeps no values',
  replicaAcks: 'it asks no replicas',
};

/**
 * Tests a provider against every numbered promise: `describeConformance(subject, { describe, it })` at the top of a
 * test file. Each promise is a test with its number in the title: it runs, or it is a skip that says why.
 * @throws Error for a subject that neither runs nor disclaims a case
 */
export function describeConformance(
  subject: ConformanceSubject,
  { describe, it }: TestFramework,
  { full = false }: ConformanceOptions = {},
): void {
  const plans = CONFORMANCE_CASES.map((one) => ({ one, ...plan(one, subject) }));
  describe(`conformance: ${subject.name}`, () => {
    for (const { one, title, skipped } of plans) {
      if (skipped) it.skip(title, () => undefined);
      else
        it(
          title,
          () => runCase(one, subject, { full }),
          (one.timeoutMs ?? DEFAULT_TIMEOUT_MS) * (full ? 10 : 1),
        );
    }
  });
}

/**
 * One case alone. A promise of time that a busy machine broke, or an answer that it kept from coming in time, is tried again,
 * twice at most; two holders, a lost wake-up or a wrong fence never are, unless the process or the store was seen to stand
 * still for long enough to end a lease (`whileSteady`).
 * @throws AssertionError
 */
export async function runCase(
  one: ConformanceCase,
  subject: ConformanceSubject,
  options: ConformanceOptions = {},
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await runOnce(one, subject, options);
      return;
    } catch (error) {
      if (!isOfBusyMachine(error) || attempt === MAX_ATTEMPTS) throw error;
      await sleep(attempt * PAUSE_MS);
    }
  }
}

/** An error that says honestly that something took too long. */
function isOfBusyMachine(error: unknown): boolean {
  return error instanceof TooLateError || error instanceof LockUnavailableError;
}

async function runOnce(
  one: ConformanceCase,
  subject: ConformanceSubject,
  { full = false }: ConformanceOptions,
): Promise<void> {
  const run = subject.cases?.[one.number] ?? one.run;
  if (!run) throw new Error(`${subject.name} has no case ${one.number}.`);
  const context = new CaseContext(subject, { number: one.number, full });
  try {
    await run(context);
  } finally {
    await context.end();
  }
}

function plan(one: ConformanceCase, subject: ConformanceSubject): { title: string; skipped: boolean } {
  const label = `[case ${String(one.number).padStart(2, '0')}]`;
  if (subject.missing) return { title: `${label} server missing: ${subject.missing}`, skipped: true };
  const disclaimed = subject.notClaimed?.[one.number] ?? lacking(one, subject);
  if (disclaimed) return { title: `${label} not claimed: ${disclaimed}`, skipped: true };
  const own = subject.cases?.[one.number];
  if (!own && (!one.run || (one.hurts && !subject.faults))) {
    throw new Error(
      `${subject.name} says nothing about case ${one.number} (${one.title}): give its ${
        one.run ? 'faults' : 'cases'
      }, or the reason in notClaimed.`,
    );
  }
  const within = one.processes && !subject.abilities.includes('distributed') ? ' (within one process)' : '';
  return { title: `${label} ${one.title}${within}`, skipped: false };
}

/** Why its stated abilities leave the case out. */
function lacking(one: ConformanceCase, { abilities }: ConformanceSubject): string | undefined {
  const missing = one.needs.find((ability) => !abilities.includes(ability));
  return missing && LACKS[missing];
}
