import type { Guards } from '../guards.js';
import { Actor } from '../time/actor.js';
import type { Scheduler, Timer } from '../time/scheduler.js';
import { LIFECYCLE_STATEMENTS } from './lifecycle-statements.js';
import { PAYMENT_STATEMENTS } from './payment-statements.js';
import { PLACEMENT_STATEMENTS } from './placement-statements.js';
import { RowLocks } from './row-locks.js';
import { Session, type Query } from './session.js';
import type { Execution, StatementModel } from './statement.js';
import { STOCK_STATEMENTS } from './stock-statements.js';
import { Tables } from './tables.js';
import type { Transaction } from './transaction.js';

const STATEMENTS: ReadonlyMap<string, StatementModel> = new Map(
  [PLACEMENT_STATEMENTS, STOCK_STATEMENTS, LIFECYCLE_STATEMENTS, PAYMENT_STATEMENTS].flatMap((of) =>
    Object.entries(of),
  ),
);

const COMMIT_MS = 2;

/**
 * PostgreSQL as far as the service leans on it: READ COMMITTED, row locks first come first served, unique keys, CHECKs,
 * timeouts, sessions that work off what was sent. What it does for a statement is written down once for each of them; one
 * that is not known is an error of the simulation.
 */
export class PostgresServer {
  readonly actor: Actor;
  readonly tables = new Tables();
  readonly locks = new RowLocks();
  private readonly scheduler: Scheduler;
  private readonly guards: Guards;
  private readonly onCommit: (transaction: Transaction) => void;
  private readonly sessions = new Set<Session>();
  private slowCommits = { untilMs: 0, ms: 0 };
  private downUntilMs = 0;

  /** @param onCommit hears of each change of what is committed */
  constructor(
    scheduler: Scheduler,
    {
      seed,
      guards,
      onCommit,
    }: { seed: number; guards: Guards; onCommit: (transaction: Transaction) => void },
  ) {
    this.scheduler = scheduler;
    this.actor = new Actor('postgres', seed, { isAsync: false });
    this.guards = guards;
    this.onCommit = onCommit;
  }

  get isUp(): boolean {
    return this.scheduler.nowMs >= this.downUntilMs;
  }

  open(onEnd: () => void): Session {
    const session = new Session(this, onEnd);
    this.sessions.add(session);
    return session;
  }

  forget(session: Session): void {
    this.sessions.delete(session);
  }

  execute({ name, text, values }: Query, transaction: Transaction): Execution {
    const model = STATEMENTS.get(name ?? text);
    if (!model) throw new Error(`The simulated PostgreSQL does not know this statement:\n${name ?? text}`);
    const { tables, locks, guards } = this;
    const nowMs = this.scheduler.wallClockMs;
    return model({ transaction, tables, locks, guards, nowMs }, values);
  }

  apply(transaction: Transaction): void {
    if (!transaction.hasWritten) return;
    transaction.apply();
    this.onCommit(transaction);
  }

  after(delayMs: number, call: () => void): Timer {
    return this.scheduler.after(delayMs, this.actor, call);
  }

  /** In an event of its own. */
  soon(call: () => void): void {
    this.after(0, call);
  }

  /** How long until a commit is on the disk. */
  commitMs(): number {
    const { untilMs, ms } = this.slowCommits;
    return this.actor.random.fraction() * (this.scheduler.nowMs < untilMs ? ms : COMMIT_MS);
  }

  slowDownCommits(forMs: number, ms: number): void {
    this.slowCommits = { untilMs: this.scheduler.nowMs + forMs, ms };
  }

  /** Ends at once and comes back with what is on the disk. */
  restart(downMs: number): void {
    this.downUntilMs = this.scheduler.nowMs + downMs;
    for (const session of [...this.sessions]) session.crash(this.actor.random.fraction() < 0.5);
  }
}
