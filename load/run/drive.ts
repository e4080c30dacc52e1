import { generate, type GeneratorReport } from '../generator/generator.js';
import type { LoadOptions } from '../options.js';
import type { Sampler } from '../target/sampler.js';
import { HarnessMonitor, type HarnessLoad } from './harness-monitor.js';
import { progressLine } from './progress-line.js';
import type { Progress } from './progress.js';
import type { RunContext } from './run.js';
import type { Stage } from './stage.js';

/** What the generator reported, and how busy the harness was meanwhile. */
export interface DrivenLoad {
  readonly generator: GeneratorReport;
  readonly harness: HarnessLoad;
}

const RETRY_ALLOWANCE_MS = 30_000;
const LIMIT_GRACE_MS = 5_000;

/**
 * Lets the load loose, asks the service for its books meanwhile, and shows how it goes.
 * @throws LoadError when the connections do not open, InterruptedError, what `meanwhile` throws
 */
export async function driveLoad(
  url: string,
  stage: Stage,
  rest: {
    options: LoadOptions;
    sampler: Sampler;
    progress: Progress;
    signal: AbortSignal;
    meanwhile: RunContext['meanwhile'];
  },
): Promise<DrivenLoad> {
  const { options, sampler, progress, meanwhile } = rest;
  const failure = new AbortController();
  const signal = AbortSignal.any([rest.signal, failure.signal]);
  const { workload, meter } = stage;
  const timeoutMs = options.timeoutSec * 1000;
  const durationMs = options.durationSec * 1000;
  const patienceMs = timeoutMs + LIMIT_GRACE_MS + (options.retries > 0 ? RETRY_ALLOWANCE_MS : 0);
  const watch: { monitor?: HarnessMonitor; harness?: HarnessLoad | undefined } = {};
  let beside: Promise<void> | undefined;
  progress.show(() => `Opening ${options.connections} connections …`);
  try {
    const generator = await generate({
      url,
      connections: options.connections,
      timeoutMs,
      // In a stream everything is due within the duration; what then waits for a connection is sent late, not left out.
      offerMs: options.profile === 'burst' ? durationMs : durationMs + patienceMs,
      limitMs: durationMs + patienceMs,
      probe: { method: 'GET', path: '/health/live', headers: {} },
      source: workload,
      signal,
      onStart: () => {
        watch.monitor = new HarnessMonitor();
        sampler.start();
        beside = meanwhile?.(signal);
        beside?.catch(() => failure.abort()); // told below
        progress.show(() => progressLine(meter, stage.requests));
      },
      onEnd: () => {
        watch.harness = watch.monitor?.stop(meter);
      },
    });
    if (!watch.harness) throw new Error('The generator ended without having started.');
    await beside;
    return { generator, harness: watch.harness };
  } catch (error) {
    failure.abort();
    await beside;
    throw error;
  } finally {
    await sampler.stop();
    progress.done();
  }
}
