import type { Api } from '#load';

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
  /** Whether it has been warmed up; the driver says so. */
  warm: boolean;
}

export interface ServiceRecord {
  readonly api: Api;
  readonly databaseUrl: string;
  /** Signs buyers' tokens. */
  readonly secret: string;
}
