/** `{ amount, currency }` in minor units, as the visitor's language writes it. */
export function formatMoney({ amount, currency }) {
  const format = new Intl.NumberFormat(undefined, { style: 'currency', currency });
  const digits = format.resolvedOptions().maximumFractionDigits; // 2 for EUR, 0 for JPY
  return format.format(amount / 10 ** digits);
}
