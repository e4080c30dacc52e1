export { MemoryLockProvider, type MemoryLockProviderOptions } from './memory-lock-provider.js';
export { MemoryLockStore } from './memory-lock-store.js';
