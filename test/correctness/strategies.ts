import type { StrategyName } from '#platform';

/** What each strategy needs, and so with what it is tested. Those that lie on purpose are the load harness's to catch. */
const NEEDS: Record<Exclude<StrategyName, 'unguarded' | 'noop'>, 'PostgreSQL' | 'Redis'> = {
  batched: 'Redis',
  'per-order': 'Redis',
  'row-lock': 'PostgreSQL',
  conditional: 'PostgreSQL',
  optimistic: 'PostgreSQL',
  'global-lock': 'Redis',
  'redis-first': 'Redis',
};

/** PostgreSQL alone, or Redis too. */
export function strategiesOn(needed: 'PostgreSQL' | 'Redis'): string[] {
  return Object.entries(NEEDS).flatMap(([strategy, need]) => (need === needed ? [strategy] : []));
}
