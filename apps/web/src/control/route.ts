import { useSyncExternalStore } from 'react';

export const VIEWS = ['overview', 'sales', 'items', 'orders', 'locks', 'dead-letters'] as const;
export type View = (typeof VIEWS)[number];

/** What the address names behind its #: `#/orders/<id>`, `#/orders?saleId=<id>`. */
export interface Route {
  readonly view: View;
  readonly id: string | undefined;
  readonly query: URLSearchParams;
}

export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?');
  const [name, id] = path.split('/');
  const view = VIEWS.find((one) => one === name) ?? 'overview';
  return { view, id: id === undefined || id === '' ? undefined : id, query: new URLSearchParams(query) };
}

/** @param query without what is empty */
export function hrefOf(
  view: View,
  id?: string,
  query: Readonly<Record<string, string | undefined>> = {},
): string {
  const given = Object.entries(query).flatMap(([name, value]) => (value ? [[name, value]] : []));
  const search = given.length > 0 ? `?${new URLSearchParams(given).toString()}` : '';
  return `#/${view}${id === undefined ? '' : `/${id}`}${search}`;
}

export function useRoute(): Route {
  return parseRoute(useSyncExternalStore(subscribe, () => location.hash));
}

function subscribe(listener: () => void): () => void {
  addEventListener('hashchange', listener);
  return () => removeEventListener('hashchange', listener);
}
