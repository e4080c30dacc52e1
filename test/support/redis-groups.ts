import { LocalRedisCluster, LocalSentinels, type GroupServer } from '#local';

/** Several Redis servers as the service is told of them. */
export interface RedisServers {
  readonly env: Readonly<Record<string, string>>;
  readonly primaries: () => Promise<readonly GroupServer[]>;
  /** SIGKILL to the one that has the locks of items. */
  readonly killPrimary: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

const CLUSTER_RULES = ['+asking', '+cluster|info', '+cluster|slots', '+readonly', '+readwrite'];

export async function startSentinels(): Promise<RedisServers> {
  const sentinels = await LocalSentinels.start();
  return {
    env: {
      REDIS_URL: 'redis://holdfast:holdfast@nowhere.invalid',
      REDIS_SENTINEL_URLS: sentinels.urls.join(),
      REDIS_SENTINEL_NAME: sentinels.name,
    },
    primaries: async () => [await sentinels.primary()],
    killPrimary: async () => sentinels.group.kill([await sentinels.primary()]),
    stop: () => sentinels.stop(),
  };
}

export async function startRedisCluster(): Promise<RedisServers> {
  const cluster = await LocalRedisCluster.start();
  for (const server of cluster.group.servers) await allowCluster(server);
  const [first = '', ...others] = cluster.urls;
  return {
    env: { REDIS_URL: first.replace('//', '//holdfast:holdfast@'), REDIS_CLUSTER_URLS: others.join() },
    primaries: () => cluster.primaries(),
    killPrimary: async () => {
      const slot = await cluster.slotOf('{inventory}');
      await cluster.group.kill([await cluster.primaryOf(slot)]);
    },
    stop: () => cluster.stop(),
  };
}

/** As deploy/redis/users.conf has the user of a Cluster. */
async function allowCluster({ client }: GroupServer): Promise<void> {
  await client.call('ACL', 'SETUSER', 'holdfast', ...CLUSTER_RULES);
}
