/** In the currency's smallest unit. */
export interface Amount {
  readonly amount: number;
  readonly currency: string;
}

const formats = new Map<string, Intl.NumberFormat>();

/** As the visitor's language writes it, with as many digits as the currency has. */
export function formatMoney({ amount, currency }: Amount): string {
  const format = formats.get(currency) ?? new Intl.NumberFormat(undefined, { style: 'currency', currency });
  formats.set(currency, format);
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  return format.format(amount / 10 ** digits);
}
