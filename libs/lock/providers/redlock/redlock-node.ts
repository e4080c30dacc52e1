import type { Redis } from 'ioredis';
import type { ScriptClient } from 'redlock';
import { NodeConnection, NotSentError } from './node-connection.js';
import type { ServerAddress } from '../redis/redis-client.js';
import { RestartRule } from './restart-rule.js';

/** Releases that a node has not confirmed are remembered up to this many; beyond it, leases end what is left. */
const MAX_DEBTS = 1_000;

/** What the `redlock` package sees of a node. */
export interface NodeClient extends ScriptClient {
  readonly node: RedlockNode;
}

/** Another holds `KEYS[index]` on this node. */
export class HeldByOtherError extends Error {
  override readonly name = 'HeldByOtherError';
  readonly index: number;

  constructor(index: number) {
    super(`key ${index} is held by another`);
    this.index = index;
  }
}

interface Debt {
  readonly keys: readonly string[];
  readonly token: string;
}

/** When the server at the other end of one connection may vote. */
interface Admission {
  readonly votesFrom: Promise<number>;
}

export interface RedlockNodeOptions {
  readonly nodeTimeoutMs: number;
  readonly restartDelayMs: number;
  /** The text of release.lua. */
  readonly releaseScript: string;
}

/** One of the independent servers: it votes on scripts, and is cleaned up after votes that came to nothing. */
export class RedlockNode {
  /** Votes on acquiring, extending and adopting, unless the restart rule forbids it. */
  readonly voter: NodeClient;
  /** Votes on releases. What it cannot confirm now is sent again when the node is back. */
  readonly cleaner: NodeClient;
  private readonly connection: NodeConnection;
  private readonly releaseScript: string;
  private readonly restartRule: RestartRule | undefined;
  /** Of the present connection, once it was asked for. */
  private admission: Admission | undefined;
  /** Votes that wait for the connection; a release of their token comes before them, and ends them. */
  private readonly unsent = new Set<{ readonly token: string; isReleased: boolean }>();
  /** The oldest first: they are the likeliest to be owed for something that did arrive. */
  private readonly debts = new Set<Debt>();

  constructor(address: ServerAddress, { nodeTimeoutMs, restartDelayMs, releaseScript }: RedlockNodeOptions) {
    this.releaseScript = releaseScript;
    this.restartRule = restartDelayMs > 0 ? new RestartRule(restartDelayMs) : undefined;
    this.connection = new NodeConnection(address, nodeTimeoutMs, {
      back: () => void this.payDebts(),
      lost: () => {
        this.restartRule?.connectionLost();
        this.admission = undefined;
      },
    });
    this.voter = {
      node: this,
      evalsha: (hash, n, args) => this.vote(n, args, (client) => client.evalsha(hash, n, ...args)),
      eval: (text, n, args) => this.vote(n, args, (client) => client.eval(text, n, ...args)),
    };
    this.cleaner = {
      node: this,
      evalsha: (hash, n, args) => this.clean(n, args, (client) => client.evalsha(hash, n, ...args)),
      eval: (text, n, args) => this.clean(n, args, (client) => client.eval(text, n, ...args)),
    };
  }

  get name(): string {
    return this.connection.name;
  }

  send<Reply>(command: (client: Redis) => Promise<Reply>): Promise<Reply> {
    return this.connection.send(command);
  }

  /** The token is wanted again: what is left to release of an earlier attempt must not meet the next one. */
  forget(token: string): void {
    for (const debt of this.debts) if (debt.token === token) this.debts.delete(debt);
  }

  close(): void {
    this.connection.close();
  }

  private async vote(
    keyCount: number,
    args: readonly (string | number)[],
    command: (client: Redis) => Promise<unknown>,
  ): Promise<unknown> {
    const vote = { token: firstWord(args[keyCount]), isReleased: false };
    this.unsent.add(vote);
    try {
      const admission = await this.admit();
      const result = await this.send((client) => {
        this.unsent.delete(vote);
        if (vote.isReleased) throw new NotSentError('released meanwhile');
        if (this.admission !== admission) throw new NotSentError('the connection was lost');
        return command(client);
      });
      if (typeof result === 'number' && result < 0) throw new HeldByOtherError(-result - 1);
      return result;
    } finally {
      this.unsent.delete(vote);
    }
  }

  /** @throws NotSentError while the restart rule forbids to vote, or nobody knows whether it does */
  private async admit(): Promise<Admission | undefined> {
    const rule = this.restartRule;
    if (!rule) return undefined;
    const admission = (this.admission ??= {
      votesFrom: this.send((client) => client.info('server')).then((info) => rule.read(info)),
    });
    const votesFrom = await admission.votesFrom.catch((error: unknown) => {
      if (this.admission === admission) this.admission = undefined;
      throw error instanceof NotSentError ? error : new NotSentError('INFO failed', { cause: error });
    });
    const waitMs = votesFrom - performance.now();
    if (waitMs > 0) throw new NotSentError(`it restarted, and votes again in ${Math.ceil(waitMs / 1_000)} s`);
    return admission;
  }

  private async clean(
    keyCount: number,
    args: readonly (string | number)[],
    command: (client: Redis) => Promise<unknown>,
  ): Promise<unknown> {
    const debt = { keys: args.slice(0, keyCount).map(String), token: firstWord(args[keyCount]) };
    for (const vote of this.unsent) if (vote.token === debt.token) vote.isReleased = true;
    if (this.debts.size < MAX_DEBTS) this.debts.add(debt);
    const result = await this.send(command);
    this.debts.delete(debt);
    return result;
  }

  /** A vote that arrived late, on a connection that hung or was lost, is taken back. */
  private async payDebts(): Promise<void> {
    for (const debt of [...this.debts]) {
      const { keys, token } = debt;
      try {
        await this.send((client) => {
          if (!this.debts.has(debt)) throw new NotSentError('paid or forgotten meanwhile');
          return client.eval(this.releaseScript, keys.length, ...keys, token);
        });
        this.debts.delete(debt);
      } catch (error) {
        if (!(error instanceof NotSentError)) return; // away again: its return will be told
      }
    }
  }
}

function firstWord(value: string | number | undefined): string {
  return String(value).split(' ', 1)[0] ?? '';
}
