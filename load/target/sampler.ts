import { dataOf } from '#client';
import { nowMs } from '../clock.js';
import type { Sample } from '../checker/evidence.js';
import type { Api } from './api.js';

const INTERVAL_MS = 500;
const MAX_SAMPLES = 10_000;

/** Asks the service about twice a second whether its books balance, one question at a time. */
export class Sampler {
  readonly samples: Sample[] = [];
  /** Questions that were not answered. */
  failures = 0;
  private readonly api: Api;
  private readonly saleId: string;
  private timer: NodeJS.Timeout | undefined;
  private asking: Promise<void> = Promise.resolve();
  private busy = false;

  constructor(api: Api, saleId: string) {
    this.api = api;
    this.saleId = saleId;
  }

  start(): void {
    this.timer = setInterval(() => this.ask(), INTERVAL_MS);
    this.ask();
  }

  /** Waits for the question that is out. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.asking;
  }

  /** One more sample, now. @throws LoadError when there is no answer */
  async sample(): Promise<Sample> {
    const atMs = nowMs();
    const params = { path: { saleId: this.saleId } };
    const { balanced, checks, items } = await dataOf(
      this.api.administrator.GET('/v1/admin/sales/{saleId}/reconciliation', { params }),
    );
    const failures = checks.filter(({ ok }) => !ok).map(({ name, detail }) => `${name}: ${detail}`);
    const sample = { atMs, balanced, failures, items };
    if (this.samples.length < MAX_SAMPLES) this.samples.push(sample);
    return sample;
  }

  /** The same; without an answer it is counted as a failure. */
  async trySample(): Promise<void> {
    try {
      await this.sample();
    } catch {
      this.failures += 1;
    }
  }

  private ask(): void {
    if (this.busy) return;
    this.busy = true;
    this.asking = this.trySample().finally(() => {
      this.busy = false;
    });
  }
}
