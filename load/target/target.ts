import type { TargetOptions } from '../options.js';
import { readPostgresVersion } from '../checker/database-snapshot.js';
import { startOwnTarget } from './own-target.js';

/** The service under load. */
export interface Target {
  readonly url: string;
  readonly adminKey: string;
  /** Undefined when only the API can be seen. */
  readonly databaseUrl: string | undefined;
  /** The reservation strategy, or `attached` where it is not known. */
  readonly strategy: string;
  readonly orderDeadlineMs: number;
  readonly versions: { readonly postgres: string; readonly redis: string };
  /** The last lines of its log; empty for a service that was running already. */
  logs(): string[];
  /** Whether the service ended although nobody stopped it. */
  ended(): boolean;
  /** Ends what was started for the run. */
  stop(): Promise<void>;
}

export interface TargetStart {
  /** For what the servers keep; it is removed when they have stopped. */
  readonly directory: string;
  readonly print: (line: string) => void;
  readonly signal: AbortSignal;
}

const DEFAULT_ORDER_DEADLINE_MS = 10_000;

/**
 * Starts PostgreSQL, Redis and the service, or attaches to a service that runs.
 * @throws UsageError for an unknown strategy, LocalError or LoadError when something does not start
 */
export async function startTarget(options: TargetOptions, start: TargetStart): Promise<Target> {
  if (options.kind === 'own') return startOwnTarget(options.strategy, start);
  const { url, adminKey, databaseUrl } = options;
  const postgres = databaseUrl === undefined ? 'unknown' : await readPostgresVersion(databaseUrl);
  return {
    url,
    adminKey,
    databaseUrl,
    strategy: 'attached',
    orderDeadlineMs: DEFAULT_ORDER_DEADLINE_MS,
    versions: { postgres, redis: 'unknown' },
    logs: () => [],
    ended: () => false,
    stop: () => Promise.resolve(),
  };
}
