export { RedlockProvider, type RedlockProviderOptions } from './redlock-provider.js';
