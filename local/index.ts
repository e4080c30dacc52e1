export { LocalError, reasonOf } from './errors.js';
export { etcdLeaderOf, startEtcd, startEtcdCluster, type EtcdOptions, type LocalEtcd } from './etcd.js';
export { HAPROXY, startHaproxy } from './haproxy.js';
export { folderInMemory } from './memory-folder.js';
export { startPgBouncer, type LocalPgBouncer } from './pgbouncer.js';
export { accepts, freePort, isPortFree, nextFreePort } from './ports.js';
export { postgresUser, type PostgresUser } from './postgres-programs.js';
export { startStandby, type StandbyOptions } from './postgres-standby.js';
export { startPostgres, type LocalPostgres, type PostgresOptions } from './postgres.js';
export { startProgram, type LocalProgram, type PortProgram, type ProgramOptions } from './program.js';
export { LocalRedisCluster, type RedisClusterOptions } from './redis-cluster.js';
export type { GroupServer } from './redis-group.js';
export { LocalSentinels, roleOf, type SentinelOptions } from './redis-sentinel.js';
export { ensureRedisProgram } from './redis-program.js';
export { startRedis, type LocalRedis, type RedisOptions } from './redis.js';
export { openRunFolder, type RunFolder } from './run-folder.js';
export { NODE_OPTIONS, startService, type LocalService, type ServiceOptions } from './service.js';
export { ensureProgram, type SystemProgram } from './system-package.js';
export { holdsWithin } from './wait.js';
export {
  startZooKeeper,
  startZooKeeperEnsemble,
  zooKeeperLeaderOf,
  type LocalZooKeeper,
  type ZooKeeperOptions,
} from './zookeeper.js';
