export { LocalError } from './errors.js';
export { freePort, isPortFree } from './ports.js';
export { startPostgres, type LocalPostgres, type PostgresOptions } from './postgres.js';
export { startRedis, type LocalRedis, type RedisOptions } from './redis.js';
export { openRunFolder, type RunFolder } from './run-folder.js';
export { NODE_OPTIONS, startService, type LocalService, type ServiceOptions } from './service.js';
