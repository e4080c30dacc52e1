import { randomBytes } from 'node:crypto';
import { LockUsageError } from '../../errors.js';
import type {
  ClaimEvent,
  Extension,
  Grant,
  LockAbility,
  LockClaim,
  LockInfo,
  LockProvider,
  LockRequest,
  Refusal,
  SharedValues,
} from '../../provider.js';
import { PostgresConnection, within, type PostgresSource } from './postgres-connection.js';
import { isSchemaMissing, NotConnectedError, unavailable } from './postgres-errors.js';
import { PostgresValues } from './postgres-values.js';
import { MAX_RESOURCES, requireStorable, requireText, requireToken } from './resources.js';
import { DEFAULT_SCHEMA, Schema } from './schema.js';
import { Sweeper } from './sweeper.js';
import { WakeUp } from './wake-up.js';

export type PostgresLockProviderOptions = PostgresSource & {
  /** Where its tables and functions live. Locks of different schemas are different locks. Default: `holdfast_lock`. */
  schema?: string;
  /** How long one operation may take before its outcome counts as unknown. Default: 1,000. */
  commandTimeoutMs?: number;
  /** Of a pool of its own. Default: 4. One more is used while claims wait. */
  maxConnections?: number;
  /** Whether to create the schema at first use, which needs the right to. Default: true. */
  createSchema?: boolean;
};

/** As pg returns a bigint[]. */
type Reply = readonly string[];

/**
 * Locks in one PostgreSQL (12 or newer), as leases on the server's clock: a held lock keeps no connection and no
 * transaction. It constructs while PostgreSQL is away, fails each call within `commandTimeoutMs` with
 * LockUnavailableError, and recovers by itself. Behind a pooler that changes sessions between transactions, give it a
 * `pool`: its own sends settings that such a pooler refuses. Claims that wait hear nothing there, and ask by themselves.
 */
export class PostgresLockProvider implements LockProvider {
  readonly name = 'postgres';
  readonly abilities: ReadonlySet<LockAbility> = new Set([
    'distributed',
    'fencing',
    'fair',
    'handOver',
    'inspection',
    'sharing',
    'sharedValues',
  ]);
  readonly values: SharedValues;
  private readonly schemaName: string;
  private readonly commandTimeoutMs: number;
  private readonly connection: PostgresConnection;
  private readonly schema: Schema;
  private readonly channel = `holdfast_lock_${randomBytes(8).toString('hex')}`;
  private readonly wakeUp: WakeUp;
  private readonly sweeper: Sweeper;

  /** @throws LockUsageError */
  constructor(options: PostgresLockProviderOptions) {
    const {
      schema = DEFAULT_SCHEMA,
      commandTimeoutMs = 1_000,
      maxConnections = 4,
      createSchema = true,
    } = options;
    requirePositiveInteger('commandTimeoutMs', commandTimeoutMs);
    requirePositiveInteger('maxConnections', maxConnections);
    this.schemaName = schema;
    this.commandTimeoutMs = commandTimeoutMs;
    this.connection = new PostgresConnection(options, { commandTimeoutMs, maxConnections });
    this.schema = new Schema(schema, this.connection, { creates: createSchema });
    this.wakeUp = new WakeUp(this.connection.config, this.channel);
    this.values = new PostgresValues((call, values) => this.call([], call, values));
    this.sweeper = new Sweeper(async (after, limit) => {
      const [row] = await this.call<{ next: string | null }>([], 'holdfast_lock.sweep($1, $2) AS next', [
        after,
        limit,
      ]);
      return row?.next ?? undefined;
    });
  }

  /** Creates the schema now rather than at the first use. @throws LockUnavailableError */
  async prepare(): Promise<void> {
    try {
      await this.schema.ensure();
    } catch (error) {
      throw unavailable([], error);
    }
  }

  check(resources: readonly string[]): void {
    requireStorable(resources);
  }

  async acquire(request: LockRequest): Promise<Grant | Refusal> {
    const { resources, token, leaseMs, owner, floors, placeMs, permits } = request;
    requireRequest(request);
    if (permits) return this.acquirePermit(request, permits);
    const reply = await this.reply(resources, 'acquire($1, $2, $3, $4, $5, $6, $7)', [
      [...resources],
      token,
      leaseMs,
      owner,
      [...floors],
      placeMs,
      this.channel,
    ]);
    this.sweeper.sweepNowAndThen();
    return this.outcome(request, reply);
  }

  async acquireSome(requests: readonly LockRequest[]): Promise<readonly (Grant | Refusal)[]> {
    for (const request of requests) {
      requireRequest(request);
      if (request.resources.length === 1) continue;
      throw new LockUsageError(request.resources, 'acquireSome takes requests of one resource each.');
    }
    const answers: (Grant | Refusal)[] = [];
    for (let start = 0; start < requests.length; start += MAX_RESOURCES) {
      answers.push(...(await this.acquireBatch(requests.slice(start, start + MAX_RESOURCES))));
    }
    return answers;
  }

  async extend({ resources, token, permits }: LockClaim, leaseMs: number): Promise<Extension> {
    const [held, contended] = permits
      ? await this.reply(resources, 'extend_permit($1, $2, $3)', [resources[0], token, leaseMs])
      : await this.reply(resources, 'extend($1, $2, $3)', [[...resources], token, leaseMs]);
    return { held: held === 1, contended: contended === 1 };
  }

  async release({ resources, token, permits }: LockClaim): Promise<boolean> {
    const [call, what] = permits ? ['release_permit', resources[0]] : ['release', [...resources]];
    const sql = `holdfast_lock.${call}($1, $2) AS held`;
    const [row] = await this.call<{ held: boolean }>(resources, sql, [what, token]);
    return row?.held === true;
  }

  watch(
    { token }: LockClaim,
    listener: (event: ClaimEvent) => void,
    { atOnce = false }: { atOnce?: boolean } = {},
  ): () => void {
    const endWatch = this.wakeUp.watch(token, listener);
    if (atOnce) this.wakeUp.listen(token);
    return endWatch;
  }

  async adopt(claim: LockClaim, successor: LockRequest): Promise<Grant | undefined> {
    requireRequest(successor);
    const [adopted, ...fences] = await this.reply(claim.resources, 'adopt($1, $2, $3, $4, $5, $6)', [
      [...claim.resources],
      claim.token,
      successor.token,
      successor.leaseMs,
      successor.owner,
      this.channel,
    ]);
    return adopted === 1 ? { granted: true, fences } : undefined;
  }

  async list(limit: number): Promise<readonly LockInfo[]> {
    const rows = await this.call<ListedRow>([], '* FROM holdfast_lock.list($1)', [limit]);
    return rows.map((row) => ({
      resource: row.resource,
      resources: [row.resource],
      token: row.token,
      owner: row.owner,
      fence: Number(row.fence),
      acquiredAtMs: row.acquired_at_ms,
      expiresAtMs: row.expires_at_ms,
      waiters: Number(row.waiters),
      ...(row.permits === null ? {} : { permits: row.permits === ANY_NUMBER ? Infinity : row.permits }),
    }));
  }

  async close(): Promise<void> {
    await this.wakeUp.close();
    await this.sweeper.close();
    await this.connection.close();
  }

  private async acquirePermit(request: LockRequest, permits: number): Promise<Grant | Refusal> {
    const { resources, token, leaseMs, owner, floors, placeMs } = request;
    const call = 'acquire_permit($1, $2, $3, $4, $5, $6, $7, $8)';
    const number = permits === Infinity ? ANY_NUMBER : permits;
    const values = [resources[0], token, leaseMs, owner, floors[0] ?? 0, placeMs, this.channel, number];
    const reply = await this.reply(resources, call, values);
    this.sweeper.sweepNowAndThen();
    return this.outcome(request, reply);
  }

  private async acquireBatch(requests: readonly LockRequest[]): Promise<(Grant | Refusal)[]> {
    const resources = requests.flatMap((request) => request.resources);
    const rows = await this.call<{ reply: Reply }>(
      resources,
      'holdfast_lock.acquire_some($1, $2, $3, $4, $5, $6, $7) AS reply',
      [
        resources,
        requests.map(({ token }) => token),
        requests.map(({ leaseMs }) => leaseMs),
        requests.map(({ owner }) => owner),
        requests.map(({ floors }) => floors[0] ?? 0),
        requests.map(({ placeMs }) => placeMs),
        this.channel,
      ],
    );
    this.sweeper.sweepNowAndThen();
    return requests.map((request, index) => this.outcome(request, (rows[index]?.reply ?? []).map(Number)));
  }

  private outcome({ resources, token, placeMs }: LockRequest, reply: readonly number[]): Grant | Refusal {
    const [granted, ...rest] = reply;
    if (granted === 1) return { granted: true, fences: rest };
    if (placeMs > 0) this.wakeUp.listen(token);
    const [index = 1, remainingMs = 0] = rest;
    return { granted: false, resource: resources[index - 1] ?? '', remainingMs };
  }

  private async reply(
    resources: readonly string[],
    call: string,
    values: readonly unknown[],
  ): Promise<number[]> {
    const [row] = await this.call<{ reply: Reply }>(resources, `holdfast_lock.${call} AS reply`, values);
    return (row?.reply ?? []).map(Number);
  }

  /** One statement; the first one looks for the schema before. @throws LockUnavailableError */
  private async call<Row extends object>(
    resources: readonly string[],
    call: string,
    values: readonly unknown[],
  ): Promise<Row[]> {
    const text = `SELECT ${call.replace(DEFAULT_SCHEMA, `"${this.schemaName}"`)}`;
    try {
      await this.schemaInTime();
      return await this.connection.query<Row>(text, values);
    } catch (error) {
      if (isSchemaMissing(error)) this.schema.forget();
      throw unavailable(resources, error);
    }
  }

  /** A creation that takes longer goes on, for the next call. */
  private async schemaInTime(): Promise<void> {
    const late = new NotConnectedError('the schema is still being created');
    await within(performance.now() + this.commandTimeoutMs, this.schema.ensure(), late);
  }
}

/** Readers', to the functions. */
const ANY_NUMBER = 0;

interface ListedRow {
  resource: string;
  token: string;
  owner: string;
  fence: string;
  acquired_at_ms: number;
  expires_at_ms: number;
  waiters: string;
  permits: number | null;
}

function requireRequest({ resources, token, owner }: LockRequest): void {
  requireStorable(resources);
  requireToken(resources, token);
  requireText(resources, 'An owner', owner);
}

function requirePositiveInteger(name: string, value: number): void {
  if (!Number.isInteger(value) || value < 1) {
    throw new LockUsageError([], `${name} must be a whole number above 0, not ${value}.`);
  }
}
