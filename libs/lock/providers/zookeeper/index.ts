export { ZooKeeperLockProvider, type ZooKeeperLockProviderOptions } from './zookeeper-lock-provider.js';
