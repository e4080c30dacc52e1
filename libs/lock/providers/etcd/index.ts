export { EtcdLockProvider, type EtcdLockProviderOptions } from './etcd-lock-provider.js';
