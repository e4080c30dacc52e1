import type { HttpAnswer, HttpRequest } from '../generator/exchange.js';

const TIMEOUT_MS = 20_000;

/** One request outside the generator. @returns undefined when no answer came */
export async function fetchAnswer(
  url: string,
  { method, path, headers, body = '' }: HttpRequest,
  signal: AbortSignal,
): Promise<HttpAnswer | undefined> {
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
    const response = await fetch(new URL(path, url), { method, headers, body, signal: limit });
    return {
      status: response.status,
      body: await response.text(),
      headers: Object.fromEntries(response.headers),
    };
  } catch {
    return undefined;
  }
}
