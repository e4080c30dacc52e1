export { PostgresLockProvider, type PostgresLockProviderOptions } from './postgres-lock-provider.js';
export { postgresLockSchema } from './schema.js';
export { lockInTransaction, type TransactionLockOptions } from './transaction-lock.js';
