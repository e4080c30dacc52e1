import type { ChainSwitch } from '../fallback/degradation.js';
import {
  FallbackLockProvider,
  type FallbackLockProviderOptions,
} from '../fallback/fallback-lock-provider.js';
import { LockManager } from '../lock-manager.js';
import type { LockMetrics } from '../metrics/lock-metrics.js';
import type { LockManagerOptions } from '../options.js';
import type { LockProvider } from '../provider.js';
import { LockLog } from './lock-log.js';

export interface LockModuleOptions extends LockManagerOptions {
  /** Where the locks live. The module closes it, and the other providers, together with the manager. */
  provider: LockProvider;
  /** Where they live while `provider` is away, and how the two take turns: see FallbackLockProvider. Default: nowhere. */
  fallback?: { provider: LockProvider } & Omit<FallbackLockProviderOptions, 'primary' | 'fallback'>;
  /** Counts what the manager does. */
  metrics?: LockMetrics;
}

/** The manager of a LockModule, with its log and its metrics. @throws LockUsageError, and all providers are closed */
export async function createLocks({
  provider,
  fallback,
  metrics,
  ...options
}: LockModuleOptions): Promise<LockManager> {
  const log = new LockLog();
  const onSwitch = (event: ChainSwitch): void => {
    log.switched(event);
    metrics?.countSwitch(event);
    fallback?.onSwitch?.(event);
  };
  try {
    const first = fallback ? chain(provider, { ...fallback, onSwitch }) : provider;
    const manager = new LockManager(first, options);
    log.listen(manager.events);
    metrics?.observe(manager.events);
    return manager;
  } catch (error) {
    // There is no manager that would do it.
    const all = [
      provider,
      ...(fallback ? [fallback.provider] : []),
      ...Object.values(options.providers ?? {}),
    ];
    await Promise.allSettled(all.map((each) => each.close()));
    throw error;
  }
}

function chain(
  primary: LockProvider,
  { provider: fallback, ...options }: NonNullable<LockModuleOptions['fallback']>,
): FallbackLockProvider {
  return new FallbackLockProvider({ primary, fallback, ...options });
}
