import type { SaleView } from '#client';

const MAX_NAMED = 3;

/** What is worth a word to somebody who listens: what has sold out, and what has come back. */
export function stockNews(before: SaleView, after: SaleView): string[] {
  if (before.id !== after.id) return [];
  const known = new Map(before.items.map((item) => [item.itemId, item.available]));
  const changed = after.items.filter(({ itemId, available }) => {
    const was = known.get(itemId);
    return was !== undefined && was > 0 !== available > 0;
  });
  const gone = changed.filter(({ available }) => available === 0).map(({ name }) => name);
  const back = changed.filter(({ available }) => available > 0).map(({ name }) => name);
  return [
    ...sentence(gone, 'is sold out', 'are sold out'),
    ...sentence(back, 'is available again', 'are available again'),
  ];
}

function sentence(names: readonly string[], one: string, many: string): string[] {
  if (names.length === 0) return [];
  if (names.length > MAX_NAMED) return [`${names.length} items ${many}.`];
  return [`${names.join(', ')} ${names.length === 1 ? one : many}.`];
}
