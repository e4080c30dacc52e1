import { LockManager } from '#lock';
import type { Violation } from '../invariants/violation.js';
import type { LockServer } from '../locks/lock-server.js';
import { LockLink } from '../locks/lock-link.js';
import type { Network } from '../network/network.js';
import type { Moment } from '../postgres/connection.js';
import { ConnectionPool } from '../postgres/connection-pool.js';
import type { PostgresServer } from '../postgres/postgres-server.js';
import { SimulatedDatabase } from '../postgres/simulated-database.js';
import { Actor } from '../time/actor.js';
import type { Scheduler } from '../time/scheduler.js';

/** The servers around a process, and what is between them. */
export interface Surroundings {
  readonly scheduler: Scheduler;
  readonly network: Network;
  readonly postgres: PostgresServer;
  readonly lockServer: LockServer;
  readonly seed: number;
  readonly report: (violation: Violation) => void;
}

const POOL_SIZE = 3;

/** One process of the service, from its start until it is killed: its connections, and the faults that wait for it. */
export class ShopProcess {
  readonly actor: Actor;
  readonly lockLink: LockLink;
  readonly locks: LockManager;
  readonly database: SimulatedDatabase;
  /** Requests that it has not answered: each hears when it is gone. */
  readonly requests = new Set<() => void>();
  protected readonly surroundings: Surroundings;
  private readonly pools: ConnectionPool[] = [];
  private readonly traps = new Map<Moment, () => void>();

  /** @param start counts the starts of this process */
  constructor(name: string, start: number, surroundings: Surroundings) {
    const { scheduler, network, lockServer, seed } = surroundings;
    this.surroundings = surroundings;
    this.actor = new Actor(name, seed + start);
    const onMoment = (moment: Moment) => this.reach(moment);
    this.lockLink = new LockLink({ scheduler, network, server: lockServer, process: this.actor, onMoment });
    this.locks = new LockManager(this.lockLink, { owner: `${name}/${start}` });
    this.database = this.openDatabase(POOL_SIZE);
  }

  /** The next time it comes to this moment, the fault happens there. */
  trap(moment: Moment, fault: () => void): void {
    this.traps.set(moment, fault);
  }

  /** All connections to PostgreSQL are lost, and what was sent last may come late. */
  loseConnections(lateMs: number): void {
    for (const pool of this.pools) pool.loseAll(lateMs);
  }

  /** SIGKILL. What it has sent is on its way. */
  kill(): void {
    this.loseConnections(0);
    this.surroundings.scheduler.kill(this.actor);
    for (const lost of this.requests) lost();
  }

  protected openDatabase(size: number): SimulatedDatabase {
    const { scheduler, network, postgres } = this.surroundings;
    const onMoment = (moment: Moment) => this.reach(moment);
    const pool = new ConnectionPool(
      { scheduler, network, server: postgres, process: this.actor, onMoment },
      size,
    );
    this.pools.push(pool);
    return new SimulatedDatabase(pool);
  }

  private reach(moment: Moment): void {
    const fault = this.traps.get(moment);
    this.traps.delete(moment);
    fault?.();
  }
}
