import type { OptionName } from '../option-table.js';
import type { RunResult } from '../run/result.js';

/** Options by the name they have in a result, with the value that need not be written. */
const FLAGS: readonly (readonly [name: string, flag: OptionName, unwritten?: number | string])[] = [
  ['buyers', 'buyers'],
  ['connections', 'connections'],
  ['stock', 'stock'],
  ['items', 'items', 1],
  ['quantity', 'quantity', 1],
  ['purchaseLimit', 'purchase-limit'],
  ['profile', 'profile', 'burst'],
  ['readPercent', 'mix', 0],
  ['retries', 'retries', 0],
  ['timeoutSec', 'timeout', 15],
];

/** The command that makes the same choices again; what is secret, and which service it was, is left to the reader. */
export function repeatCommand({
  options,
  strategy,
  seed,
}: Pick<RunResult, 'options' | 'strategy' | 'seed'>): string {
  const flags = FLAGS.flatMap(([name, flag, unwritten]) => {
    const value = options[name] ?? null;
    return value === null || value === unwritten ? [] : [`--${flag} ${String(value)}`];
  });
  const target = options.target === 'attached' ? '--url … --admin-key …' : `--strategy ${strategy}`;
  const carts = options.carts === true ? ['--carts'] : [];
  return ['npm run load --', target, ...flags, ...carts, ...paceOf(options), `--seed ${seed}`].join(' ');
}

/** A rate that followed from the duration need not be a whole number, which the option wants. */
function paceOf({ profile, rate, durationSec }: RunResult['options']): string[] {
  if (profile === 'burst') return [];
  const whole = typeof rate === 'number' && Number.isInteger(rate);
  return [...(whole ? [`--rate ${rate}`] : []), `--duration ${String(durationSec)}`];
}
