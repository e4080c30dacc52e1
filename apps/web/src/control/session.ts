import { createContext, use } from 'react';
import { createClient, type ApiClient } from '#client';
import type { Monitor } from './overview/monitor.js';

const NAME = 'holdfast.admin-key';

/** What the views of a signed-in administrator work with. */
export interface Session {
  readonly client: ApiClient;
  readonly monitor: Monitor;
  readonly signOut: (why?: string) => void;
}

export const SessionContext = createContext<Session | undefined>(undefined);

export function useSession(): Session {
  const session = use(SessionContext);
  if (!session) throw new Error('Nobody is signed in.');
  return session;
}

/** The key of this tab, forgotten when the tab is closed. */
export function readKey(): string | undefined {
  return sessionStorage.getItem(NAME) ?? undefined;
}

export function keepKey(key: string): void {
  sessionStorage.setItem(NAME, key);
}

export function forgetKey(): void {
  sessionStorage.removeItem(NAME);
}

/** @param onRefused hears that the service knows this key no more */
export function adminClient(adminKey: string, onRefused: () => void = () => undefined): ApiClient {
  return createClient({
    url: location.origin,
    adminKey,
    fetch: async (request) => {
      const response = await fetch(request);
      if (response.status === 401) onRefused();
      return response;
    },
  });
}
