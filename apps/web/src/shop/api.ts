import { createClient } from '#client';

/** Longer than the service lets an order wait. */
const TIMEOUT_MS = 15_000;

/** The shop's own service. What takes too long counts as lost. */
export const api = createClient({
  url: location.origin,
  fetch: (request) => fetch(request, { cache: 'no-store', signal: AbortSignal.timeout(TIMEOUT_MS) }),
});
