import { serviceKeyOf, type Cell } from '../cell.js';
import { contestantOf } from '../contestants.js';
import { startBareService } from './bare-service.js';
import { startOrderService } from './order-service.js';
import type { Service } from './service.js';
import type { Stores } from './stores.js';

/** So many services are kept running; the one that was not needed for longest is stopped, and keeps its database. */
const MAX_RUNNING = 12;

/** The services of a run: started when they are first needed, and kept, so that a cell costs no start. */
export class Fleet {
  private readonly stores: Stores;
  private readonly signal: AbortSignal;
  /** The one that was needed last comes last. */
  private readonly running = new Map<string, Service>();
  private readonly databases = new Map<string, string>();

  constructor(stores: Stores, signal: AbortSignal) {
    this.stores = stores;
    this.signal = signal;
  }

  /** @returns the service with at least as many processes as the cell needs */
  async serviceFor(cell: Cell): Promise<Service> {
    const key = serviceKeyOf(cell);
    const service = this.running.get(key) ?? (await this.startNew(cell));
    this.running.delete(key);
    this.running.set(key, service);
    await service.growTo(cell.processes);
    return service;
  }

  /** The URL of the cell's database, which is there before its service. */
  async databaseOf(cell: Cell): Promise<string> {
    const key = serviceKeyOf(cell);
    const databaseUrl = this.databases.get(key) ?? (await this.stores.createDatabase());
    this.databases.set(key, databaseUrl);
    return databaseUrl;
  }

  /** After a cell that failed: the next one that needs the service finds a new one. */
  async discard(cell: Cell): Promise<void> {
    const key = serviceKeyOf(cell);
    const service = this.running.get(key);
    this.running.delete(key);
    await service?.stop();
  }

  async stop(): Promise<void> {
    const services = [...this.running.values()];
    this.running.clear();
    await Promise.all(services.map((service) => service.stop()));
  }

  private async makeRoom(): Promise<void> {
    const [oldest] = this.running;
    if (!oldest || this.running.size < MAX_RUNNING) return;
    this.running.delete(oldest[0]);
    await oldest[1].stop();
  }

  private async startNew(cell: Cell): Promise<Service> {
    await this.makeRoom();
    const contestant = contestantOf(cell.contestant);
    if (contestant.strategy === undefined) return startBareService();
    const databaseUrl = await this.databaseOf(cell);
    return startOrderService({
      contestant,
      databaseUrl,
      events: cell.events,
      settings: cell.settings,
      stores: this.stores,
      signal: this.signal,
    });
  }
}
