import { serviceKeyOf, type Cell } from '../cell.js';
import { BARE, BATCHED, CEILING } from '../contestants.js';

/** A sale to sell, requests to make, connections to open, books to check. */
const AROUND_MS = 3_000;
/** A service to start. */
const START_MS = 5_000;
/** The first time that a service meets a workload. */
const FIRST_WARM_UP_MS = 6_500;
/** Connections that a strategy with a transaction for each order serves in a second. */
const SLOW_RATE = 300;
const DEADLINE_MS = 10_000;
const FAST = new Set([BARE, CEILING, BATCHED]);

/** About how long a run of these cells takes, before anything was measured. */
export function expectedDurationMs(cells: readonly Cell[], rounds: number, windowMs: number): number {
  const services = new Set(cells.map(serviceKeyOf));
  const each = cells.map((cell) => windowMs + AROUND_MS + 2 * firstAnswersMs(cell)); // to warm up, and to drain
  const first = new Set(cells.map((cell) => `${serviceKeyOf(cell)} ${cell.workload}`));
  const startMs = services.size * START_MS + first.size * FIRST_WARM_UP_MS;
  return startMs + rounds * each.reduce((sum, ms) => sum + ms, 0);
}

/** Until each connection has had an answer. */
function firstAnswersMs({ contestant, connections }: Cell): number {
  return FAST.has(contestant) ? 0 : Math.min(DEADLINE_MS, (connections / SLOW_RATE) * 1000);
}
