import type { Evidence, Sample, SoldItem } from '../evidence.js';
import { notChecked, Violations, type Verdict } from '../verdict.js';

export const BALANCED_THROUGHOUT = 'balanced throughout';

/** Each time the service was asked while the load ran, its own figures agreed with each other. */
export function balancedThroughout({ samples, parameters }: Evidence): Verdict {
  if (samples.length === 0) return notChecked(BALANCED_THROUGHOUT, 'the reconciliation never answered');
  const violations = new Violations();
  const [first] = samples;
  for (const sample of samples) {
    const at = `${((sample.atMs - (first?.atMs ?? 0)) / 1000).toFixed(1)} s`;
    for (const item of parameters.items) expectBalanced(sample, item, at, violations);
    violations.expect(
      sample.balanced,
      () => `at ${at} the service called itself unbalanced: ${namesOf(sample.failures)}`,
    );
  }
  return violations.verdict(BALANCED_THROUGHOUT, `${samples.length} samples`);
}

/** Its own checks by name: what they found is in the sample. */
function namesOf(failures: readonly string[]): string {
  return failures.map((failure) => failure.split(':')[0] ?? '').join(', ') || 'no reason given';
}

function expectBalanced(sample: Sample, item: SoldItem, at: string, violations: Violations): void {
  const row = sample.items.find(({ itemId }) => itemId === item.itemId);
  if (!row) {
    violations.add(`at ${at} the reconciliation left ${item.sku} out`);
    return;
  }
  const { onHand, reserved, sold, available, movementTotal, ordersReserved, ordersSold } = row;
  const sound =
    0 <= reserved &&
    reserved <= onHand &&
    available === onHand - reserved &&
    movementTotal === onHand &&
    ordersReserved === reserved &&
    ordersSold === sold &&
    ordersReserved + ordersSold <= item.stock;
  violations.expect(
    sound,
    () =>
      `at ${at} ${item.sku}: ${onHand} on hand (movements ${movementTotal}), ${reserved} reserved (orders ` +
      `${ordersReserved}), ${sold} sold (orders ${ordersSold}), ${available} available, ${item.stock} received`,
  );
}
