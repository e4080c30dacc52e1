import createFetchClient, { type Client } from 'openapi-fetch';
import type { paths } from './schema.js';

export { AnswerError, dataOf, type Answer } from './answer.js';
export type * from './schema.js';

/** The service's API, typed by path: `client.GET('/v1/sales/{saleId}', { params: { path: { saleId } } })`. */
export type ApiClient = Client<paths>;

export interface ClientOptions {
  /** Where the service answers, such as `https://shop.example`. */
  readonly url: string;
  /** A buyer's. */
  readonly token?: string | undefined;
  readonly adminKey?: string | undefined;
  /** In place of the runtime's own. */
  readonly fetch?: ((request: Request) => Promise<Response>) | undefined;
  /** Ends every request that is under way. */
  readonly signal?: AbortSignal | undefined;
}

/** Sends one request a call, and never again by itself: who retries keeps the Idempotency-Key. */
export function createClient({ url, token, adminKey, fetch, signal }: ClientOptions): ApiClient {
  return createFetchClient<paths>({
    baseUrl: url,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(adminKey === undefined ? {} : { 'x-api-key': adminKey }),
    },
    ...(fetch ? { fetch } : {}),
    ...(signal ? { signal } : {}),
  });
}
