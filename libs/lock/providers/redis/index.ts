export { RedisLockProvider, type RedisLockProviderOptions } from './redis-lock-provider.js';
