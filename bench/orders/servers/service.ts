import type { Api } from '#load';
import type { Workload } from '../cell.js';

/** What is measured: one or more processes behind the load. */
export interface Service {
  readonly processes: readonly ServiceProcess[];
  /** Undefined for what has neither stock nor record. */
  readonly record: ServiceRecord | undefined;
  /** Of the Redis servers it uses. */
  readonly redisPids: readonly number[];
  /** Starts further processes until there are `count`. */
  growTo(count: number): Promise<void>;
  stop(): Promise<void>;
}

export interface ServiceProcess {
  readonly port: number;
  readonly pid: number;
  /** The workloads that it has been warmed up with; the driver says so. */
  readonly warm: Set<Workload>;
}

export interface ServiceRecord {
  readonly api: Api;
  readonly databaseUrl: string;
  /** Signs buyers' tokens. */
  readonly secret: string;
}
