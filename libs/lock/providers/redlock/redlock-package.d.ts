/**
 * What is used of `redlock` 5.0.0-beta.2. Its own declarations are hidden by its `exports`, which name no types, and
 * are written for an older ioredis.
 */
declare module 'redlock' {
  /** All that the package asks of a client. */
  export interface ScriptClient {
    evalsha(hash: string, keyCount: number, keysAndArguments: (string | number)[]): Promise<unknown>;
    eval(text: string, keyCount: number, keysAndArguments: (string | number)[]): Promise<unknown>;
  }

  export interface ExecutionStats<Client extends ScriptClient> {
    readonly votesFor: ReadonlySet<Client>;
    readonly votesAgainst: ReadonlyMap<Client, Error>;
  }

  /** Each attempt settles when the last node has voted. */
  export interface ExecutionResult<Client extends ScriptClient> {
    readonly attempts: readonly Promise<ExecutionStats<Client>>[];
  }

  /** A node answered that the script did not apply. */
  export class ResourceLockedError extends Error {}

  export class ExecutionError extends Error {
    readonly attempts: readonly Promise<ExecutionStats<ScriptClient>>[];
  }

  export class Lock<Client extends ScriptClient> implements ExecutionResult<Client> {
    constructor(
      redlock: Redlock<Client>,
      resources: readonly string[],
      value: string,
      attempts: readonly Promise<ExecutionStats<Client>>[],
      expiration: number,
    );
    readonly attempts: readonly Promise<ExecutionStats<Client>>[];
  }

  export interface Scripts {
    readonly extendScript?: (text: string) => string;
    readonly releaseScript?: (text: string) => string;
  }

  export default class Redlock<Client extends ScriptClient> {
    constructor(clients: Iterable<Client>, settings: { readonly retryCount: number }, scripts: Scripts);
    extend(lock: Lock<Client>, durationMs: number): Promise<Lock<Client>>;
    release(lock: Lock<Client>): Promise<ExecutionResult<Client>>;
  }
}
