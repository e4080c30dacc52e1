export { openRedis, type RedisAddress, type RedisClient } from './redis-client.js';
export { RedisLockProvider, type RedisLockProviderOptions } from './redis-lock-provider.js';
