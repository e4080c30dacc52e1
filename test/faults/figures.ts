import { appendFileSync } from 'node:fs';
import { expect } from '@jest/globals';

/** What one test of a fault has to say for itself. */
export interface Figures {
  /** The longest time in which nobody had an answer that decides an order. */
  readonly withoutServiceMs: number;
  /** Orders that were sent again. */
  readonly retries: number;
  /** In the record. */
  readonly orders: number;
  /** Attempts whose answer left open whether there is an order, or that had none. */
  readonly unknowns: number;
}

/** Notes them down for the table that the run ends with. */
export function recordFigures(figures: Figures): void {
  const file = process.env.TEST_FIGURES;
  if (!file) return;
  appendFileSync(file, `${JSON.stringify({ test: expect.getState().currentTestName, ...figures })}\n`);
}
