import { startHaproxy, startService, type LocalService, type PortProgram } from '#local';
import { cloneDatabase, type ClonedDatabase } from '../support/database.js';
import { temporaryFolder } from '../local/temporary-folder.js';
import { serviceEnvironment, Shop, workerEnvironment } from '../support/shop.js';

export interface ClusterOptions {
  readonly settings?: Readonly<Record<string, string>>;
  /** Migrated. Default: a copy of the template. */
  readonly database?: ClonedDatabase;
  /** The root of the version that runs first. Default: this one's. */
  readonly root?: string;
}

type App = 'api' | 'worker';
const SIZE: Readonly<Record<App, number>> = { api: 3, worker: 2 };

/** Three processes of the API behind HAProxy and two workers, as `docker compose --profile cluster` runs them. */
export class Cluster {
  readonly shop: Shop;
  private readonly proxy: PortProgram;
  private readonly services: Readonly<Record<App, LocalService[]>>;
  private readonly env: Readonly<Record<App, Record<string, string>>>;
  private readonly removeFolder: () => void;

  private constructor(
    env: Cluster['env'],
    services: Cluster['services'],
    rest: { readonly shop: Shop; readonly proxy: PortProgram; readonly removeFolder: () => void },
  ) {
    this.env = env;
    this.services = services;
    this.shop = rest.shop;
    this.proxy = rest.proxy;
    this.removeFolder = rest.removeFolder;
  }

  static async open({ settings = {}, database, root }: ClusterOptions = {}): Promise<Cluster> {
    const { url, drop } = database ?? (await cloneDatabase());
    const env = {
      api: serviceEnvironment({ DATABASE_URL: url, TRUSTED_PROXIES: '127.0.0.1', ...settings }),
      worker: workerEnvironment(url),
    };
    const version = root === undefined ? {} : { root };
    const start = (app: App) =>
      Promise.all(Array.from({ length: SIZE[app] }, () => startService({ app, env: env[app], ...version })));
    const [api, worker] = await Promise.all([start('api'), start('worker')]);
    const [first, second, third] = api as [LocalService, LocalService, LocalService];
    const folder = temporaryFolder('haproxy');
    const proxy = await startHaproxy([first.port, second.port, third.port], { directory: folder.path });
    const shop = Shop.at(first, url, drop);
    return new Cluster(env, { api, worker }, { shop, proxy, removeFolder: folder.remove });
  }

  /** The proxy's. */
  get url(): string {
    return `http://127.0.0.1:${this.proxy.port}`;
  }

  replicas(app: App): readonly LocalService[] {
    return this.services[app];
  }

  /**
   * Replaces every process by one of this version, at the same address: SIGTERM, and the next one's turn when its
   * successor is ready. The workers' turns pass beside the API's.
   * @returns the exit codes
   */
  async rollOver(): Promise<(number | null)[]> {
    const codes = await Promise.all([this.rollOverOf('api'), this.rollOverOf('worker')]);
    return codes.flat();
  }

  async close(): Promise<void> {
    await this.proxy.stop();
    this.removeFolder();
    await Promise.all(Object.values(this.services).flatMap((all) => all.map((service) => service.stop())));
    await this.shop.close();
  }

  private async rollOverOf(app: App): Promise<(number | null)[]> {
    const codes: (number | null)[] = [];
    for (const [index, service] of this.services[app].entries()) {
      codes.push(await service.stop());
      const env = { ...this.env[app], PORT: String(service.port) };
      this.services[app][index] = await startService({ app, env });
    }
    return codes;
  }
}
