import { nowMs } from '#load';
import type { Fleet } from '../fleet/fleet.js';
import { heapMb, processFigures } from './process-figures.js';
import { recordFigures } from './record-figures.js';
import { redisFigures } from './redis-figures.js';

/** One figure at one moment. */
export type Point = readonly [atMs: number, value: number];

/** Looks at the fleet again and again, and keeps what it saw by its name: `api 1 heap`. */
export class Sampler {
  readonly series = new Map<string, Point[]>();
  private readonly fleet: Fleet;
  private readonly startMs: number;

  constructor(fleet: Fleet, startMs: number) {
    this.fleet = fleet;
    this.startMs = startMs;
  }

  /** What is away leaves a gap. */
  async sample(): Promise<void> {
    const atMs = nowMs() - this.startMs;
    await Promise.all([this.sampleServices(atMs), this.sampleRecord(atMs), this.sampleRedis(atMs)]);
  }

  private async sampleServices(atMs: number): Promise<void> {
    await Promise.all(
      this.fleet.services.map(async ({ name, pid, current }) => {
        const { rssMb, handles } = processFigures(pid);
        this.keep(atMs, { [`${name} memory`]: rssMb, [`${name} handles`]: handles });
        this.keep(atMs, { [`${name} heap`]: await heapMb(current.url) });
      }),
    );
  }

  private async sampleRecord(atMs: number): Promise<void> {
    const figures = await recordFigures(this.fleet.databaseUrl).catch(() => undefined);
    if (!figures) return;
    this.keep(atMs, {
      'PostgreSQL connections': figures.connections,
      orders: figures.orders,
      'size of the record': figures.recordBytes,
      'size of working tables': figures.workingBytes,
      'events for the shop': figures.outboxEvents,
      'dead letters': figures.deadLetters,
      'payments due': figures.paymentsDue,
      reservations: figures.reservations,
    });
  }

  private async sampleRedis(atMs: number): Promise<void> {
    const figures = await redisFigures(this.fleet.redisUrl).catch(() => undefined);
    if (!figures) return;
    const { keys, clients, memoryMb } = figures;
    this.keep(atMs, { 'Redis keys': keys, 'Redis clients': clients, 'Redis memory': memoryMb });
  }

  private keep(atMs: number, figures: Readonly<Record<string, number | undefined>>): void {
    for (const [name, value] of Object.entries(figures)) {
      if (value === undefined || Number.isNaN(value)) continue;
      const points = this.series.get(name) ?? [];
      points.push([atMs, value]);
      this.series.set(name, points);
    }
  }
}
