import type { RequestsOrder } from './requests.js';
import type { TallyReport } from './tally.js';

/** What the generator can be asked to do, in this order. */
export interface GeneratorCalls {
  /** Makes the requests of a load, and opens nothing yet. */
  prepare: { asked: LoadOrder; answered: null };
  /** Opens the connections, and has each answered once. */
  open: { asked: null; answered: null };
  /** Keeps every connection busy from then on. */
  warmUp: { asked: WarmUpOrder; answered: WarmUpReport };
  /** Counts what is answered within a window; the load goes on afterwards. */
  measure: { asked: { readonly windowMs: number }; answered: WindowReport };
  /** Sends nothing more, waits for the answers that are out, and closes the connections. */
  drain: { asked: { readonly withinMs: number }; answered: DrainReport };
}

export interface LoadOrder {
  /** Of 127.0.0.1; the connections are spread evenly over them. */
  readonly ports: readonly number[];
  readonly connections: number;
  readonly requests: RequestsOrder;
  /** Whether `drain` is to tell which orders were acknowledged. */
  readonly keepsOrderIds: boolean;
}

/** It lasts until every connection has had an answer, within these bounds. */
export interface WarmUpOrder {
  readonly leastMs: number;
  readonly mostMs: number;
}

export interface WarmUpReport {
  readonly tookMs: number;
  /** Connections that have had no answer yet. */
  readonly unheard: number;
}

export interface WindowReport extends TallyReport {
  /** Share of the window in which the generator's event loop had work. */
  readonly busyShare: number;
  readonly requestsMadeLate: number;
}

export interface DrainReport {
  /** Of every 201 since the connections were opened, unless they were not to be kept. */
  readonly orderIds: readonly string[];
  /** Requests that were sent and never answered. */
  readonly unanswered: number;
}
