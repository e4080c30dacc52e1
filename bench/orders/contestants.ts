import { LYING_STRATEGIES, STRATEGIES, type StrategyName } from '#platform';

/** Who is measured: a reservation strategy, or what stands beside them. */
export interface Contestant {
  readonly name: string;
  readonly about: string;
  /** Undefined: not our service at all. */
  readonly strategy: StrategyName | undefined;
  /** Whether what it acknowledges must be found in the record. */
  readonly promises: boolean;
  /** Independent Redis nodes that its locks need, besides the one that all share. */
  readonly lockNodes: number;
}

/** The same application without the stock: guards, validation and answer, nothing written. */
export const CEILING = 'noop';
export const BATCHED = 'batched';
export const PER_ORDER = 'per-order';
/** `per-order` with a lock whose store is asked again and again until it is free. */
export const POLLING = 'per-order-polling';
/** What Node and Fastify cost by themselves. */
export const BARE = 'bare-fastify';

/** In the order in which tables show them; a strategy that is new to the service comes last. */
const ORDER = [CEILING, BATCHED, 'conditional', 'row-lock', 'optimistic', 'redis-first', PER_ORDER];

const STRATEGY_CONTESTANTS: readonly Contestant[] = [...STRATEGIES].sort(byPlace).map((strategy) => ({
  name: strategy,
  about:
    strategy === CEILING ? 'the ceiling: nothing is taken or written' : `RESERVATION_STRATEGY=${strategy}`,
  strategy,
  promises: !LYING_STRATEGIES.has(strategy),
  lockNodes: 0,
}));

export const CONTESTANTS: readonly Contestant[] = [
  {
    name: BARE,
    about: "the ceiling's ceiling: Fastify alone, a schema and an answer of the same size",
    strategy: undefined,
    promises: false,
    lockNodes: 0,
  },
  ...STRATEGY_CONTESTANTS,
  {
    name: POLLING,
    about: `${PER_ORDER} with LOCK_PROVIDER=redlock on three nodes, which are polled`,
    strategy: PER_ORDER,
    promises: true,
    lockNodes: 3,
  },
];

export const CONTESTANT_NAMES: readonly string[] = CONTESTANTS.map(({ name }) => name);

/** @throws Error for a name that nobody has */
export function contestantOf(name: string): Contestant {
  const contestant = CONTESTANTS.find((one) => one.name === name);
  if (!contestant) throw new Error(`There is no contestant ${name}.`);
  return contestant;
}

function byPlace(a: string, b: string): number {
  const place = (name: string) => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length);
  return place(a) - place(b);
}
