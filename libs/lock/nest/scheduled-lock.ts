import { Logger } from '@nestjs/common';
import { LockAbortedError, LockContendedError, LockUnavailableError, LockUsageError } from '../errors.js';
import type { LockManager } from '../lock-manager.js';
import type { AcquireOptions } from '../options.js';
import { decorateMethod, type AsyncMethod } from './decorated-method.js';

export interface ScheduledLockOptions {
  /** The job's name, the same in every process: `business:resource:operation`. */
  name: string;
  /** Nobody else runs the job for so long, unless it ends before; after a crash it is free again then. */
  atMostMs: number;
  /**
   * Nobody else runs the job for so long, though it has ended: keeps processes whose timers fire at slightly different
   * times from running it one after another. At most `atMostMs`. Default: 0.
   */
  atLeastMs?: number;
  /**
   * While the lock store is away: `skip` the run, or `run` it in every process, which is for a job that is right whoever else
   * does it. Default: `skip`.
   */
  withoutStore?: 'skip' | 'run';
  /** Another provider of the manager than its first. */
  provider?: string;
}

/** A run that is skipped gives undefined. */
type MaySkip<Method extends AsyncMethod> =
  undefined extends Awaited<ReturnType<Method>>
    ? unknown
    : 'a scheduled method may give undefined: where another process runs it, it does';

/** Three segments or more, none empty. */
const NAME = /^[^\s:]+(:[^\s:]+){2,}$/;
const logger = new Logger('ScheduledLock');

/**
 * Lets one process alone run a job that a timer starts in all of them, as in
 * `@ScheduledLock({ name: 'reservations:expired:sweep', atMostMs: 60_000, atLeastMs: 1_000 }) @Interval(1_000)`.
 *
 * Where another process runs it, or the lock store is away (unless `withoutStore` says otherwise), the run is skipped: it
 * gives undefined, and the latter is logged. The lock is not renewed: after `atMostMs` another process may begin, and a job that is still at work hears of
 * it by the signal of `currentLock()`. The job's own error is thrown on as it is.
 * @throws LockUsageError as the application starts, for options that no run could succeed with
 */
export function ScheduledLock(options: ScheduledLockOptions) {
  return <Method extends AsyncMethod>(
    target: object,
    key: string | symbol,
    descriptor: TypedPropertyDescriptor<Method> & MaySkip<Method>,
  ): void => {
    decorateMethod(target, key, descriptor, {
      decorator: '@ScheduledLock',
      around: (locks, call) => new Run(options, call).once(locks),
      check: (locks) => check(options, locks),
    });
  };
}

class Run {
  private readonly options: ScheduledLockOptions;
  private readonly job: () => Promise<unknown>;
  private outcome: { readonly value: unknown } | { readonly error: unknown } | undefined;

  constructor(options: ScheduledLockOptions, job: () => Promise<unknown>) {
    this.options = options;
    this.job = job;
  }

  /** @returns undefined when the run was skipped */
  async once(locks: LockManager): Promise<unknown> {
    try {
      await locks.using(this.options.name, acquireOptions(this.options), async (lock) => {
        const grantedAt = performance.now();
        await this.runJob();
        const restMs = grantedAt + (this.options.atLeastMs ?? 0) - performance.now();
        if (restMs > 0) await lock.releaseAfter(Math.ceil(restMs));
      });
    } catch (error) {
      if (!this.outcome) {
        if (this.options.withoutStore === 'run' && error instanceof LockUnavailableError) return this.job();
        this.requireSkippable(error);
        return undefined;
      }
      const { name, atMostMs } = this.options;
      logger.warn(
        { err: error, name, atMostMs },
        'a scheduled job has ended, but its lock had gone or stays',
      );
    }
    if (!this.outcome) return undefined;
    if ('error' in this.outcome) throw this.outcome.error;
    return this.outcome.value;
  }

  private async runJob(): Promise<void> {
    try {
      this.outcome = { value: await this.job() };
    } catch (error) {
      this.outcome = { error };
    }
  }

  /** A timer must not crash because of what passes by itself. @throws anything else */
  private requireSkippable(error: unknown): void {
    if (error instanceof LockContendedError || error instanceof LockAbortedError) return;
    if (!(error instanceof LockUnavailableError)) throw error;
    const { name } = this.options;
    logger.warn({ err: error, name }, 'a scheduled run was skipped: the lock store is away');
  }
}

function acquireOptions({ atMostMs, provider }: ScheduledLockOptions): AcquireOptions {
  return { leaseMs: atMostMs, waitMs: 0, maxHoldMs: 0, ...(provider === undefined ? {} : { provider }) };
}

/** @throws LockUsageError */
function check(options: ScheduledLockOptions, locks: LockManager): void {
  const { name, atMostMs, atLeastMs = 0 } = options;
  if (!NAME.test(name)) {
    throw new LockUsageError([name], `name must be of the form business:resource:operation, not "${name}".`);
  }
  if (!(atLeastMs >= 0 && atLeastMs <= atMostMs)) {
    throw new LockUsageError(
      [name],
      `atLeastMs must be a number from 0 to atMostMs (${atMostMs}), not ${atLeastMs}.`,
    );
  }
  locks.check(acquireOptions(options), [name]); // atMostMs is its leaseMs
}
