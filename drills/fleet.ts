import { randomBytes } from 'node:crypto';
import { startService, type LocalService } from '#local';
import type { Ground } from './drill.js';

/** The processes of the service under a drill. */
export interface Fleet {
  /** One address for all API processes. */
  readonly url: string;
  readonly adminKey: string;
  readonly apis: readonly LocalService[];
  readonly worker: LocalService;
  readonly logs: () => string[];
}

const API_PROCESSES = 2;

/** Two API processes behind one address, and a worker. @throws LocalError with the last lines of the one that does not start */
export async function startFleet(
  settings: Readonly<Record<string, string>>,
  { servers, openRelay, signal }: Ground,
): Promise<Fleet> {
  const adminKey = randomBytes(24).toString('hex');
  const env = {
    LOG_LEVEL: 'warn',
    RATE_LIMIT_BUYER: 'off', // buyers who come back again and again are what a drill wants
    GUEST_BUYERS: 'true',
    ...settings,
    BUYER_JWT_SECRET: randomBytes(24).toString('hex'),
    ADMIN_API_KEY: adminKey,
  };
  const start = async (app: 'api' | 'worker') => servers.add(await startService({ app, env, signal }));
  const worker = await start('worker');
  const apis: LocalService[] = [];
  while (apis.length < API_PROCESSES) apis.push(await start('api'));
  const entrance = await openRelay(apis[0]?.port ?? 0);
  entrance.leadTo(...apis.map(({ port }) => port));
  return {
    url: `http://127.0.0.1:${entrance.port}`,
    adminKey,
    apis,
    worker,
    logs: () => [...apis, worker].flatMap((service) => service.logs()),
  };
}

/**
 * The sum of a metric over these processes; 0 where there is none yet.
 * @param label such as `outcome="accepted"`: only what bears it
 */
export async function sumOfMetric(
  services: readonly LocalService[],
  name: string,
  label = '',
): Promise<number> {
  const pages = await Promise.all(services.map(metricsOf));
  return pages
    .flatMap((page) => page.split('\n'))
    .filter(
      (line) => [`${name} `, `${name}{`].some((start) => line.startsWith(start)) && line.includes(label),
    )
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}

async function metricsOf({ url }: LocalService): Promise<string> {
  const response = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(5_000) });
  return response.text();
}

export async function isReady({ url }: LocalService): Promise<boolean> {
  try {
    const response = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(5_000) });
    return response.ok;
  } catch {
    return false;
  }
}
