import { monitorEventLoopDelay, performance, type EventLoopUtilization } from 'node:perf_hooks';
import type { Meter } from '../meter.js';
import type { LatencySummary } from '../statistics.js';

/** How busy the load generator itself was. */
export interface HarnessLoad {
  /** Share of the time in which its event loop had work, 0 to 1. */
  readonly utilization: number;
  /** How late its timers were, in milliseconds. */
  readonly delayP99Ms: number;
  readonly delayMaxMs: number;
  /** Processor time it used, as a share of one core. */
  readonly cpuShare: number;
  /** How late requests left although a connection was free, in milliseconds. */
  readonly sendLag: LatencySummary;
  /** Requests that found every connection busy when they were due. */
  readonly waitedForConnection: number;
  /** Why the figures say more about the harness than about the service; empty when they do not. */
  readonly limits: readonly string[];
}

const RESOLUTION_MS = 5;
const BUSY = 0.9;
const MIN_LAG_MS = 20;
const LAG_SHARE = 0.1;

/** Watches this process while the load runs. */
export class HarnessMonitor {
  private readonly delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  private readonly cpuAtStart = process.cpuUsage();
  private readonly loopAtStart: EventLoopUtilization = performance.eventLoopUtilization();
  private readonly startedMs = performance.now();

  constructor() {
    this.delay.enable();
  }

  stop(meter: Pick<Meter, 'sendLag' | 'waitedForConnection' | 'latency'>): HarnessLoad {
    this.delay.disable();
    const sendLag = meter.sendLag.summary();
    const { utilization } = performance.eventLoopUtilization(this.loopAtStart);
    const cpu = process.cpuUsage(this.cpuAtStart);
    const elapsedMs = Math.max(1, performance.now() - this.startedMs);
    const measured = this.delay.max > 0;
    return {
      utilization,
      // The histogram holds the whole interval between two ticks, the wait that was asked for included.
      delayP99Ms: measured ? Math.max(0, this.delay.percentile(99) / 1e6 - RESOLUTION_MS) : 0,
      delayMaxMs: measured ? Math.max(0, this.delay.max / 1e6 - RESOLUTION_MS) : 0,
      cpuShare: (cpu.user + cpu.system) / 1000 / elapsedMs,
      sendLag,
      waitedForConnection: meter.waitedForConnection,
      limits: limitsOf(utilization, sendLag, typicalLatencyMs(meter.latency)),
    };
  }
}

/** The median of the answers there are most of. */
function typicalLatencyMs(latency: Meter['latency']): number {
  const [most] = Object.values(latency).sort((a, b) => b.count - a.count);
  return most?.percentile(50) ?? 0;
}

/** When the generator, and not the service, decided the figures. */
export function limitsOf(utilization: number, sendLag: LatencySummary, medianLatencyMs: number): string[] {
  const limits: string[] = [];
  if (utilization >= BUSY)
    limits.push(`its event loop was busy ${Math.round(utilization * 100)} % of the time`);
  if (sendLag.p90 > Math.max(MIN_LAG_MS, LAG_SHARE * medianLatencyMs))
    limits.push(`requests left up to ${Math.round(sendLag.p90)} ms late (90th percentile)`);
  return limits;
}
