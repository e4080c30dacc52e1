import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { migrate } from '#platform';
import { seedDemoSale } from './demo-sale.js';
import { LocalError, reasonOf } from './errors.js';
import { claimPidFile, removePidFile, writePidFile } from './pid-file.js';
import { freePort, isPortFree, nextFreePort } from './ports.js';
import { startPostgres } from './postgres.js';
import { startRedis } from './redis.js';
import { readOrCreateSecrets } from './secrets.js';
import { startService } from './service.js';
import type { StartOptions } from './start-options.js';

/** What there is to say about a run that has started. */
export interface Run {
  readonly url: string;
  /** Undefined when the environment named it: the user knows it. */
  readonly adminKey: string | undefined;
  readonly logFiles: readonly string[];
}

type Print = (line: string) => void;

/**
 * Starts the parts of a local run one after another, and stops them in the opposite order whenever it is asked to,
 * in the middle of the start as well.
 */
export class Launcher {
  /** Settles with the reason when a part that the run cannot do without ends by itself. */
  readonly failed: Promise<string>;
  private fail: (reason: string) => void = () => undefined;
  private readonly stops: { title: string; stop: () => Promise<unknown> }[] = [];
  private readonly logFiles: string[] = [];
  private readonly calledOff = new AbortController();
  private startup: Promise<unknown> = Promise.resolve();
  private pidFile: string | undefined;

  constructor(
    private readonly options: StartOptions,
    private readonly print: Print,
  ) {
    this.failed = new Promise((resolve) => (this.fail = resolve));
  }

  /** @throws LocalError with what a person can do about it; `stop` is to be called then, too */
  start(): Promise<Run> {
    const startup = this.startParts();
    this.startup = startup.catch(() => undefined);
    return startup;
  }

  /** Calls off a start that is under way, and stops the processes of the service, then Redis, then PostgreSQL. */
  async stop(): Promise<void> {
    this.calledOff.abort();
    await this.startup;
    const stops = this.stops.splice(0).reverse();
    for (const { title, stop } of stops) {
      this.print(`Stopping ${title} …`);
      await stop();
    }
    if (stops.length > 0) this.print('Stopped.');
    if (this.pidFile !== undefined) removePidFile(this.pidFile);
  }

  private async startParts(): Promise<Run> {
    const { env, config, dataDirectory } = this.options;
    const pidFile = this.claimDirectory();
    const port = await this.choosePort();
    const databaseUrl = env.DATABASE_URL ?? (await this.startPostgres());
    const redisUrl = env.REDIS_URL ?? (await this.startRedis());
    await this.migrate(databaseUrl);
    const secrets = readOrCreateSecrets(path.join(dataDirectory, 'secrets.json'));
    const settings = {
      ...secrets,
      ...env,
      DATABASE_URL: databaseUrl,
      REDIS_URL: redisUrl,
      PORT: String(port),
    };
    await this.startWorker(settings); // first, so that the shop is not open and empty while its worker starts
    const url = await this.startService(settings);
    writePidFile(pidFile, process.pid, url);
    if (!config.production) await this.seed(url, settings.ADMIN_API_KEY);
    const adminKey = env.ADMIN_API_KEY === undefined ? settings.ADMIN_API_KEY : undefined;
    return { url, adminKey, logFiles: this.logFiles };
  }

  /** One run per folder: two would share a cluster. The second one learns where the first one is. */
  private claimDirectory(): string {
    const { dataDirectory } = this.options;
    const pidFile = path.join(dataDirectory, 'start.pid');
    mkdirSync(dataDirectory, { recursive: true });
    const other = claimPidFile(pidFile);
    if (other) {
      const where = other.note === '' ? 'and is still starting' : `at ${other.note}`;
      throw new LocalError(`Holdfast already runs from ${dataDirectory} ${where} (process ${other.pid}).`);
    }
    this.pidFile = pidFile;
    return pidFile;
  }

  private async choosePort(): Promise<number> {
    const { env, config } = this.options;
    if (env.PORT === undefined) {
      const port = await nextFreePort(config.port, config.host);
      if (port !== config.port) this.print(`Port ${config.port} is taken, using ${port}.`);
      return port;
    }
    if (config.port === 0) return freePort();
    if (await isPortFree(config.port, config.host)) return config.port;
    throw new LocalError(
      `Port ${config.port} is taken: name another one in PORT, or none to have a free one chosen.`,
    );
  }

  private async startPostgres(): Promise<string> {
    this.proceed('Starting PostgreSQL …');
    const directory = path.join(this.options.dataDirectory, 'postgres');
    const postgres = await startPostgres({ directory, signal: this.calledOff.signal });
    this.stops.push({ title: 'PostgreSQL', stop: () => postgres.stop() });
    this.logFiles.push(postgres.logFile);
    void postgres.exited.then(() => this.fail('PostgreSQL ended by itself.'));
    return postgres.url;
  }

  private async startRedis(): Promise<string> {
    this.proceed('Starting Redis …');
    const directory = path.join(this.options.dataDirectory, 'redis');
    const redis = await startRedis({ directory, print: this.print });
    this.stops.push({ title: 'Redis', stop: () => redis.stop() });
    this.logFiles.push(redis.logFile);
    void redis.exited.then(() => {
      if (!this.calledOff.signal.aborted)
        this.print('Redis ended by itself; the service goes on without it, slower.');
    });
    return redis.url;
  }

  private async migrate(databaseUrl: string): Promise<void> {
    this.proceed('Migrating the database …');
    try {
      const applied = await migrate(databaseUrl);
      if (applied.length > 0) this.print(`  applied ${applied.join(', ')}`);
    } catch (error) {
      const { host } = new URL(databaseUrl); // without the password
      throw new LocalError(`Could not migrate the database at ${host} (DATABASE_URL): ${reasonOf(error)}`);
    }
  }

  private async startService(env: Readonly<Record<string, string>>): Promise<string> {
    this.proceed('Starting the service …');
    const service = await startService({ env, onLine: this.print, signal: this.calledOff.signal });
    this.stops.push({ title: 'the service', stop: () => service.stop() });
    void service.exited.then(({ code, signal }) => {
      this.fail(`The service ended by itself (${signal ?? `exit code ${code ?? 'unknown'}`}).`);
    });
    if (await isWithoutRedis(service.url))
      this.print('Redis does not answer; the service works without it, slower.');
    return service.url;
  }

  private async startWorker(env: Readonly<Record<string, string>>): Promise<void> {
    this.proceed('Starting the worker …');
    const worker = await startService({
      app: 'worker',
      env: { ...env, PORT: String(await freePort()) },
      onLine: this.print,
      signal: this.calledOff.signal,
    });
    this.stops.push({ title: 'the worker', stop: () => worker.stop() });
    void worker.exited.then(({ code, signal }) => {
      this.fail(`The worker ended by itself (${signal ?? `exit code ${code ?? 'unknown'}`}).`);
    });
  }

  private async seed(url: string, adminKeys: string): Promise<void> {
    this.proceed();
    const adminKey = adminKeys.split(',')[0]?.trim() ?? ''; // the current one, of a key that is being changed
    try {
      const sales = await seedDemoSale({ url, adminKey, now: new Date() });
      if (sales.length > 0) this.print(`Seeded the demo: ${sales.join(', ')}.`);
    } catch (error) {
      this.print(`The demo sale could not be created, going on without it: ${reasonOf(error)}`);
    }
  }

  private proceed(step?: string): void {
    this.calledOff.signal.throwIfAborted();
    if (step !== undefined) this.print(step);
  }
}

/** Readiness does not depend on Redis, so that a wrong REDIS_URL would go unnoticed. */
async function isWithoutRedis(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(5_000) });
    const health = (await response.json()) as { details?: { redis?: { status?: string } } };
    return health.details?.redis?.status === 'degraded';
  } catch {
    return false;
  }
}
