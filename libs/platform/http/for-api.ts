import type { FastifyRequest } from 'fastify';

const API = '/v1/';

/**
 * Whether the request is for the API rather than for a page, by the route that it found: to the router `/%761/orders` and
 * `http://host/v1/orders` are `/v1/orders` too.
 */
export function isForApi(request: FastifyRequest): boolean {
  return request.url.startsWith(API) || request.routeOptions.url?.startsWith(API) === true;
}
