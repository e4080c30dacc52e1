import { serviceKeyOf, type Cell } from '../cell.js';
import { BARE, BATCHED, CEILING } from '../contestants.js';
import { firstWarmUp, warmUp } from './warm-up.js';

/** A sale to sell, requests to make, connections to open, books to check. */
const AROUND_MS = 2_300;
/** A service to start. */
const START_MS = 5_000;
/** What else it takes when a service meets a workload for the first time. */
const AROUND_FIRST_MS = 1_500;
/** Connections that a strategy with a transaction for each order serves in a second. */
const SLOW_RATE = 300;
const DEADLINE_MS = 10_000;
const FAST = new Set([BARE, CEILING, BATCHED]);

/** About how long a run of these cells takes, before anything was measured. */
export function expectedDurationMs(cells: readonly Cell[], rounds: number, windowMs: number): number {
  const services = new Set(cells.map(serviceKeyOf));
  const eachMs = windowMs + warmUp(windowMs).leastMs + AROUND_MS;
  const each = cells.map((cell) => eachMs + 2 * firstAnswersMs(cell)); // to warm up, and to drain
  const first = new Set(cells.map((cell) => `${serviceKeyOf(cell)} ${cell.workload}`));
  const startMs = services.size * START_MS + first.size * (firstWarmUp(windowMs).leastMs + AROUND_FIRST_MS);
  return startMs + rounds * each.reduce((sum, ms) => sum + ms, 0);
}

/** Until each connection has had an answer. */
function firstAnswersMs({ contestant, connections }: Cell): number {
  return FAST.has(contestant) ? 0 : Math.min(DEADLINE_MS, (connections / SLOW_RATE) * 1000);
}
