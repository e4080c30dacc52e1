import { randomOf, type Random } from '#load';
import { idOf } from '../names.js';
import type { Moment } from '../postgres/connection.js';
import type { Action, ActionKind, Offer, ProcessFault, ProcessName, Schedule, Step } from './step.js';

const ITEMS = ['phone', 'watch', 'radio'].map(idOf);
const APIS: readonly ProcessName[] = ['api-1', 'api-2', 'api-3'];
const WORKERS: readonly ProcessName[] = ['worker-1', 'worker-2'];
const MOMENTS: readonly Moment[] = [
  'begin',
  'claim',
  'write',
  'commit',
  'commit',
  'committed',
  'granted',
  'release',
];
const OUTCOMES = ['succeed', 'succeed', 'succeed', 'decline', 'timeout'] as const;
const MEAN_GAP_MS = 150;
/** Share of the schedules in which the lock store never answers. */
const WITHOUT_LOCKS = 0.15;
const FOR_EVER_MS = 600_000;

/** How often each kind of step comes, relative to the others. */
const WEIGHTS: Readonly<Record<ActionKind, number>> = {
  order: 60,
  pay: 14,
  cancel: 10,
  adjust: 3,
  'pause-sale': 1,
  process: 10,
  'slow-network': 2,
  'postgres-restart': 1,
  'slow-commits': 2,
  'locks-lost': 2,
  'locks-away': 2,
  'locks-lossy': 1,
  'locks-repeat': 3,
  'gateway-quiet': 3,
};

/** The schedule of a seed: the same on every machine. @param without kinds of steps that it does without */
export function makeSchedule(
  seed: number,
  { steps, without = [] }: { readonly steps: number; readonly without?: readonly ActionKind[] },
): Schedule {
  const random = randomOf(seed);
  const items = ITEMS.slice(0, 1 + random.below(ITEMS.length));
  const offers = offersOf(random, items);
  const buyers = 2 + random.below(10);
  const kinds = kindsOf(random, without);
  const isWithoutLocks = random.fraction() < WITHOUT_LOCKS && !without.includes('locks-away');
  let atMs = 0;
  const made = Array.from({ length: steps }, (_, index): Step => {
    if (isWithoutLocks && index === 0) {
      return { number: 1, atMs, action: { kind: 'locks-away', ms: FOR_EVER_MS } };
    }
    // In bursts: half of the steps come right behind the one before.
    atMs += random.fraction() < 0.5 ? 2 * random.fraction() : -Math.log(1 - random.fraction()) * MEAN_GAP_MS;
    return {
      number: index + 1,
      atMs,
      action: actionOf(weighted(random, kinds), random, { offers, items, buyers, index }),
    };
  });
  return {
    seed,
    stock: Object.fromEntries(items.map((item) => [item, random.below(7)])),
    offers,
    reservationTtlSeconds: 2 + random.below(4),
    steps: made,
  };
}

/** Orders, and half of everything else: schedules that are all alike find all the same (Groce et al., Swarm Testing, 2012). */
function kindsOf(random: Random, without: readonly ActionKind[]): [ActionKind, number][] {
  const all = Object.entries(WEIGHTS) as [ActionKind, number][];
  const mayCome = all.filter(([kind]) => !without.includes(kind));
  return mayCome.filter(([kind]) => random.fraction() < 0.5 || kind === 'order');
}

function offersOf(random: Random, items: readonly string[]): Offer[] {
  const sales = random.fraction() < 0.3 ? ['noon', 'dusk'] : ['noon'];
  return sales.flatMap((sale) =>
    items.map((itemId, index) => ({
      saleId: idOf(sale),
      itemId,
      priceAmount: 100 * (index + 1),
      purchaseLimit: random.fraction() < 0.4 ? 1 + random.below(3) : null,
      allotment: random.fraction() < 0.3 ? 1 + random.below(4) : null,
    })),
  );
}

interface World {
  readonly offers: readonly Offer[];
  readonly items: readonly string[];
  readonly buyers: number;
  readonly index: number;
}

/** Everything that is drawn for a step, whatever its kind: what one step draws does not move the next. */
function actionOf(kind: ActionKind, random: Random, { offers, items, buyers, index }: World): Action {
  const buyerId = idOf(`buyer-${1 + random.below(buyers)}`);
  const process = oneOf(random, random.fraction() < 0.7 ? APIS : WORKERS);
  switch (kind) {
    case 'order': {
      const saleId = oneOf(random, offers).saleId;
      const count = random.fraction() < 0.25 ? Math.min(2, items.length) : 1;
      const lines = random
        .pick(items, count)
        .sort()
        .map((itemId) => ({ itemId, quantity: 1 + (random.fraction() < 0.3 ? random.below(3) : 0) }));
      const wish = { buyerId, key: `key-${index + 1}`, saleId, lines };
      const again = random.fraction() < 0.3 ? oneOf(random, ['same key', 'another key'] as const) : undefined;
      return { kind, wish, retries: random.below(5), ...(again ? { again } : {}) };
    }
    case 'pay':
      return { kind, buyerId, times: timesOf(random), outcome: oneOf(random, OUTCOMES) };
    case 'cancel': {
      const late = random.fraction() < 0.5 ? { afterExpiryMs: 1_000 * random.fraction() } : {};
      return { kind, buyerId, times: timesOf(random), ...late };
    }
    case 'adjust':
      return { kind, itemId: oneOf(random, items), quantity: random.below(5) - 2 || 1 };
    case 'pause-sale':
      return { kind, saleId: oneOf(random, offers).saleId, ms: 1_000 * random.fraction() };
    case 'process': {
      const fault = processFault(random);
      return random.fraction() < 0.7
        ? { kind, process, fault, at: oneOf(random, MOMENTS) }
        : { kind, process, fault };
    }
    case 'slow-network':
      return { kind, process, forMs: 2_000 * random.fraction(), ms: 10 ** (1 + 2 * random.fraction()) };
    case 'postgres-restart':
      return { kind, downMs: 1_500 * random.fraction() };
    case 'slow-commits':
      return { kind, forMs: 2_000 * random.fraction(), ms: 400 * random.fraction() };
    case 'locks-lost':
      return { kind, slowerMs: random.fraction() < 0.5 ? 0 : 10_000 * random.fraction() };
    case 'locks-away':
      return { kind, ms: 4_000 * random.fraction() };
    case 'locks-lossy':
    case 'locks-repeat':
      return {
        kind,
        process: oneOf(random, APIS),
        forMs: 3_000 * random.fraction(),
        rate: random.fraction(),
      };
    case 'gateway-quiet':
      return {
        kind,
        ms: random.fraction() < 0.5 ? 5_000 * random.fraction() : 58_000 + 6_000 * random.fraction(),
      };
  }
}

function processFault(random: Random): ProcessFault {
  const draw = random.fraction();
  if (draw < 0.35) return { kind: 'kill', downMs: 100 + 1_500 * random.fraction() };
  if (draw < 0.7)
    return {
      kind: 'pause',
      ms: random.fraction() < 0.5 ? 500 * random.fraction() : 5_000 * random.fraction(),
    };
  return { kind: 'cut', lateMs: random.fraction() < 0.5 ? 0 : 900 * random.fraction() };
}

function timesOf(random: Random): number {
  return random.fraction() < 0.3 ? 2 : 1;
}

function oneOf<T>(random: Random, values: readonly T[]): T {
  return values[random.below(values.length)] as T;
}

function weighted(random: Random, kinds: readonly [ActionKind, number][]): ActionKind {
  let rest = random.below(kinds.reduce((sum, [, weight]) => sum + weight, 0));
  for (const [kind, weight] of kinds) {
    if (rest < weight) return kind;
    rest -= weight;
  }
  return 'order';
}
