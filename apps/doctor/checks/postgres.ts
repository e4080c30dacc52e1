import type { Config } from '#platform';
import type { PostgresFacts, SettingName } from '../facts/postgres.js';
import { finding, type Finding } from '../finding.js';

const MIN_VERSION = 140_000;
const MIN_WAL_MB = 2_048;
const MIN_CHECKPOINT_SEC = 600;
const PAGE_BYTES = 8_192;
const MEGABYTE = 1024 ** 2;
const MIN_BUFFERS_MB = 256;
/** Besides the pools: the gate's two, and what administrators and monitoring want. */
const OF_EACH_API = 2;
const SPARE = 10;
/** Of each process that keeps locks in PostgreSQL. */
const LOCK_CONNECTIONS = 5;

type Settings = Readonly<Record<SettingName, string>>;

/** The server itself: whether it keeps what it confirms, and has room for what comes. */
export function checkPostgres(
  facts: PostgresFacts,
  config: Config,
  processes: { readonly apis: number; readonly workers: number },
): Finding[] {
  const { settings, version, inRecovery } = facts;
  return [
    finding('postgresql version', `${Math.floor(version / 10_000)}.${version % 10_000}`, {
      holds: version >= MIN_VERSION,
      otherwise: 'fail',
      advice: 'Use PostgreSQL 14 or newer.',
    }),
    finding('postgresql role', inRecovery ? 'a standby' : 'the primary', {
      holds: !inRecovery,
      otherwise: 'fail',
      advice: 'Point DATABASE_URL at the primary: a standby takes no orders.',
    }),
    isOn(
      settings,
      'fsync',
      'Set fsync = on: without it a crash loses confirmed orders, or the whole cluster.',
    ),
    isOn(
      settings,
      'full_page_writes',
      'Set full_page_writes = on: without it a crash leaves torn pages behind.',
    ),
    ...checkSynchrony(facts),
    checkConnections(settings, config, processes),
    checkLimits(facts.limits),
    isOn(
      settings,
      'autovacuum',
      'Set autovacuum = on: hot rows are written over thousands of times in a sale.',
    ),
    isOn(settings, 'track_counts', 'Set track_counts = on: autovacuum goes by them.'),
    atLeast(
      settings,
      'max_wal_size',
      MIN_WAL_MB,
      'MB',
      'A checkpoint in the middle of the sale makes each page go to the log whole once more.',
    ),
    atLeast(
      settings,
      'checkpoint_timeout',
      MIN_CHECKPOINT_SEC,
      's',
      'Checkpoints are rarer, and the sale falls between two.',
    ),
    finding('postgresql wal_compression', settings.wal_compression, {
      holds: settings.wal_compression !== 'off',
      otherwise: 'warn',
      advice:
        'Try wal_compression = lz4 (pglz before 15): whole pages in the log take a fraction, for a little processor time.',
    }),
    checkBuffers(settings),
    ...checkHugePages(settings),
    ...checkMigrations(facts.migrations),
  ];
}

function isOn(settings: Settings, name: SettingName, advice: string): Finding {
  return finding(`postgresql ${name}`, settings[name], {
    holds: settings[name] === 'on',
    otherwise: 'fail',
    advice,
  });
}

function atLeast(settings: Settings, name: SettingName, least: number, unit: string, why: string): Finding {
  return finding(`postgresql ${name}`, `${settings[name]} ${unit}`, {
    holds: Number(settings[name]) >= least,
    otherwise: 'warn',
    advice: `Set ${name} to ${least}${unit} or more. ${why}`,
  });
}

function checkSynchrony({ settings, synchronousStandbys }: PostgresFacts): Finding[] {
  const commit = settings.synchronous_commit;
  const names = settings.synchronous_standby_names;
  const replicates = names !== '' && commit !== 'local';
  const durable = finding('postgresql synchronous_commit', commit, {
    holds: commit !== 'off' && (names === '' || replicates),
    otherwise: commit === 'off' ? 'fail' : 'warn',
    advice:
      commit === 'off'
        ? 'Set synchronous_commit = on, for this user and database too: a buyer is told before the order is on disk.'
        : 'Set synchronous_commit = on: with local no commit waits for the standby that is named.',
  });
  if (names === '') {
    const advice =
      'Name a synchronous standby: when the primary is lost for good, what it confirmed last is lost with it.';
    return [durable, { verdict: 'warn', check: 'postgresql standby', found: 'none is synchronous', advice }];
  }
  const found =
    synchronousStandbys === undefined
      ? `${names}; this user may not see whether it is there`
      : `${synchronousStandbys} of ${names}`;
  const standby = finding('postgresql standby', found, {
    holds: synchronousStandbys === undefined || synchronousStandbys > 0,
    otherwise: 'fail',
    advice: 'Bring the standby back, or unset synchronous_standby_names: until then no commit ends.',
  });
  return [durable, standby];
}

function checkConnections(
  settings: Settings,
  { databasePoolSize, lockProvider, lockFallback }: Config,
  { apis, workers }: { readonly apis: number; readonly workers: number },
): Finding {
  const ofLocks = lockProvider === 'postgres' || lockFallback === 'postgres' ? LOCK_CONNECTIONS : 0;
  const ofEach = 2 * databasePoolSize + ofLocks;
  const needed = (apis + workers) * ofEach + apis * OF_EACH_API + SPARE;
  const usable = Number(settings.max_connections) - Number(settings.superuser_reserved_connections);
  return finding(
    'postgresql max_connections',
    `${usable} usable, ${needed} wanted by ${apis} API and ${workers} worker processes`,
    {
      holds: usable >= needed,
      otherwise: 'fail',
      advice:
        'Raise max_connections, or lower DATABASE_POOL_SIZE: each process opens two pools of that size.',
    },
  );
}

function checkLimits({ lockTimeout, statementTimeout, idleTimeout }: PostgresFacts['limits']): Finding {
  const found = `lock ${lockTimeout}, statement ${statementTimeout}, idle in transaction ${idleTimeout}`;
  return finding('postgresql timeouts', found, {
    holds: [lockTimeout, statementTimeout, idleTimeout].every((limit) => limit !== '0' && limit !== ''),
    otherwise: 'fail',
    advice:
      'A pooler drops them: set them by ALTER ROLE, so that a process that hangs holds nobody up (docs/configuration.md).',
  });
}

function checkBuffers({ shared_buffers: pages }: Settings): Finding {
  const megabytes = Math.round((Number(pages) * PAGE_BYTES) / MEGABYTE);
  return finding('postgresql shared_buffers', `${megabytes} MB`, {
    holds: megabytes >= MIN_BUFFERS_MB,
    otherwise: 'warn',
    advice:
      'Set shared_buffers to a quarter of the memory: the indexes that every order writes to stay in it.',
  });
}

/** Nothing where the server does not say, or its system has none. */
function checkHugePages(settings: Settings): Finding[] {
  const status = settings.huge_pages_status;
  const pages = Number(settings.shared_memory_size_in_huge_pages);
  if (status === '' || !(pages > 0)) return [];
  return [
    finding('postgresql huge_pages', status, {
      holds: status === 'on',
      otherwise: 'warn',
      advice:
        `Set ${pages} huge pages aside on its host (sysctl vm.nr_hugepages=${pages}) and restart it: an order then takes a ` +
        'sixth less of its processor, and among millions of orders much less (docs/decisions/0006-archived-keys.md).',
    }),
  ];
}

function checkMigrations({ pending, unknown }: PostgresFacts['migrations']): Finding[] {
  const applied = finding(
    'migrations',
    pending.length === 0 ? 'none is pending' : `pending: ${pending.join(', ')}`,
    {
      holds: pending.length === 0,
      otherwise: 'fail',
      advice:
        'Run "npm run migrate" (node dist/apps/api/migrate.js) before the service starts: it is not ready without.',
    },
  );
  if (unknown.length === 0) return [applied];
  const advice =
    'The database is newer than this version: start the version that migrated it, or know why not.';
  return [
    applied,
    { verdict: 'warn', check: 'migrations', found: `unknown here: ${unknown.join(', ')}`, advice },
  ];
}
