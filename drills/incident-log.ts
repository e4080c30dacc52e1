import { nowMs, pause, throwIfAborted, type Verdict } from '#load';
import type { Ground, Incident, Scene } from './drill.js';
import { fact } from './fact.js';
import { isReady, sumOfMetric, type Fleet } from './fleet.js';

/** Strikes once, and keeps what is known of it. */
export class IncidentLog {
  lostMs = Infinity;
  readonly notes: string[] = [];
  private readonly fleet: Fleet;
  private readonly ground: Ground;
  private acceptedBefore: readonly number[] = [];

  constructor(fleet: Fleet, ground: Ground) {
    this.fleet = fleet;
    this.ground = ground;
  }

  /** @throws InterruptedError when `signal` is aborted, what the drill throws */
  async strike(scene: Scene, afterMs: number, signal: AbortSignal): Promise<void> {
    await pause(afterMs, signal);
    throwIfAborted(signal);
    await scene.strike(this.incident(signal));
    this.acceptedBefore = await this.acceptedByApi();
  }

  /** When the load is over: no process has ended or is stuck. */
  async fleetVerdicts(): Promise<Verdict[]> {
    const { apis, worker } = this.fleet;
    const accepted = await this.acceptedByApi();
    const since = accepted.map((count, index) => count - (this.acceptedBefore[index] ?? 0));
    const ready = await Promise.all([...apis, worker].map(isReady));
    return [
      fact(
        'every API process accepts again',
        since.every((count) => count > 0),
        `${since.join(' and ')} orders since`,
      ),
      fact(
        'every process is ready',
        ready.every(Boolean),
        `${ready.filter(Boolean).length} of ${ready.length}`,
      ),
    ];
  }

  private incident(signal: AbortSignal): Incident {
    return {
      lost: (what) => {
        this.lostMs = nowMs();
        this.ground.print(`Under load: ${what}`);
      },
      metric: (name) => sumOfMetric(this.fleet.apis, name),
      note: (line) => this.notes.push(line),
      pause: async (ms) => {
        await pause(ms, signal);
        throwIfAborted(signal);
      },
      signal,
    };
  }

  private acceptedByApi(): Promise<number[]> {
    return Promise.all(
      this.fleet.apis.map((api) => sumOfMetric([api], 'holdfast_orders_total', 'outcome="accepted"')),
    );
  }
}
