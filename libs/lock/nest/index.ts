export type { LockModuleOptions } from './create-locks.js';
export { LockModule, type LockModuleAsyncOptions } from './lock.module.js';
export { Locked, type LockedOptions } from './locked.js';
export { ScheduledLock, type ScheduledLockOptions } from './scheduled-lock.js';
