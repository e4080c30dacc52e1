export * from './errors.js';
export type { Lock } from './lock.js';
export {
  LockManager,
  type AcquireOptions,
  type LockManagerOptions,
  type TryAcquireOptions,
} from './lock-manager.js';
export { LockModule, type LockModuleAsyncOptions } from './nest/lock.module.js';
export type { Grant, LockClaim, LockProvider, LockRequest, Refusal, Release } from './provider.js';
export { RedisLockProvider, type RedisLockProviderOptions } from './providers/redis/redis-lock-provider.js';
