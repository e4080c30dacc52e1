import type { SaleFacts } from '../facts/sales.js';
import { finding, ok, type Finding } from '../finding.js';

const HOUR_SEC = 3_600;

/** Whether what is about to be sold is there. */
export function checkSales(sales: readonly SaleFacts[] | undefined): Finding[] {
  if (!sales) return [];
  if (sales.length === 0) {
    const advice = 'Create it (POST /v1/admin/sales): times are compared with the clock of the database.';
    return [{ verdict: 'warn', check: 'sales', found: 'none is live or starts within a week', advice }];
  }
  return sales.map(checkSale);
}

function checkSale({ id, name, paused, startsInSec, items }: SaleFacts): Finding {
  const check = `sale ${JSON.stringify(name)}`;
  const when = startsInSec <= 0 ? 'live' : `starts in ${(startsInSec / HOUR_SEC).toFixed(1)} h`;
  const empty = items.filter(({ available, held }) => available <= 0 && held === 0).map(({ sku }) => sku);
  if (empty.length > 0) {
    const advice =
      'Receive stock first (POST /v1/admin/items/{id}/stock-adjustments): everybody would hear sold_out.';
    return { verdict: 'fail', check, found: `${when}, nothing in stock of ${empty.join(', ')}`, advice };
  }
  const short = items.filter(
    ({ available, allotment, held }) => allotment !== null && allotment - held > available,
  );
  if (short.length > 0) {
    const advice = 'Receive stock, or lower the allotment: the sale ends when the stock does.';
    const found = `${when}, more allotted than there is of ${short.map(({ sku }) => sku).join(', ')}`;
    return { verdict: 'warn', check, found, advice };
  }
  if (paused) {
    return finding(check, `${when}, paused`, {
      holds: false,
      otherwise: 'warn',
      advice: `Let it go on before it starts (PATCH /v1/admin/sales/${id} with paused: false).`,
    });
  }
  const units = items.reduce(
    (sum, { available, allotment, held }) =>
      sum + Math.min(available, allotment === null ? available : allotment - held),
    0,
  );
  return ok(check, `${when}, ${units} units of ${items.length} items`);
}
