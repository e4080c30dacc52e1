import { openLockProvider } from '../../shared/lock-options.js';
import type { Config } from '#platform';

/** A server of a lock store by consensus, which answers for a majority of them. */
export interface LockServerFacts {
  /** `etcd 2`. */
  readonly name: string;
  readonly tookMs: number;
}

/** One that the settings name: it alone is asked. */
export interface LockServer {
  readonly name: string;
  readonly variable: string;
  readonly config: Config;
}

/** None where the locks live elsewhere. */
export function lockServersOf(config: Config): LockServer[] {
  const { lockProvider: provider, etcdUrls, zookeeperUrls } = config;
  const of = (variable: string, urls: readonly string[], alone: (url: string) => Partial<Config>) =>
    urls.map((url, index) => ({
      name: `${provider} ${index + 1}`,
      variable,
      config: { ...config, ...alone(url) },
    }));
  if (provider === 'etcd') return of('ETCD_URLS', etcdUrls, (url) => ({ etcdUrls: [url] }));
  if (provider === 'zookeeper') {
    return of('ZOOKEEPER_URLS', zookeeperUrls, (url) => ({ zookeeperUrls: [url] }));
  }
  return [];
}

/** Lists a lock, which needs what each acquisition needs: a server that has a leader. @throws LockUnavailableError */
export async function readLockServer({ name, config }: LockServer): Promise<LockServerFacts> {
  const provider = openLockProvider(config);
  const startedAt = performance.now();
  try {
    await provider.list?.(1);
    return { name, tookMs: performance.now() - startedAt };
  } finally {
    await provider.close();
  }
}
