import { loadConfig, SETTINGS, type Config, type Setting } from '#platform';
import path from 'node:path';
import { GENERATED_SECRETS } from './secrets.js';
import { PROJECT_ROOT } from './root.js';

/** What `npm start` was asked for. */
export interface StartOptions {
  /** The environment without its empty variables, which shells and compose files produce for absent ones. */
  readonly env: Readonly<Record<string, string>>;
  /** The settings of the service as they will be, but for what the launcher fills in. */
  readonly config: Config;
  /** Where the state of the local run lies. */
  readonly dataDirectory: string;
}

const DATA_DIRECTORY = 'HOLDFAST_DATA_DIR';
const FILLED_IN: Readonly<Record<string, string>> = {
  DATABASE_URL: 'postgres://filled.in.later/',
  REDIS_URL: 'redis://filled.in.later/',
  ...Object.fromEntries(GENERATED_SECRETS.map((name) => [name, 'filled in later'])),
};
const DEFAULTS_OF_A_LOCAL_RUN: Readonly<Record<string, string>> = {
  DATABASE_URL: 'a PostgreSQL started for you',
  REDIS_URL: 'a Redis started for you',
  BUYER_JWT_SECRET: 'generated once',
  ADMIN_API_KEY: 'generated once and printed',
  PAYMENT_WEBHOOK_SECRET: 'generated once',
  PORT: '3000, or the next free one',
};

/** @throws ConfigurationError before anything has been started */
export function readStartOptions(environment: NodeJS.ProcessEnv): StartOptions {
  const given = Object.entries(environment).filter((entry): entry is [string, string] => Boolean(entry[1]));
  const env = Object.fromEntries(given);
  return {
    env,
    config: loadConfig({ ...FILLED_IN, ...env }),
    dataDirectory: path.resolve(PROJECT_ROOT, env[DATA_DIRECTORY] ?? '.data'),
  };
}

export function helpText(): string {
  const settings = Object.values<Setting<unknown>>(SETTINGS).map(
    ({ variable, expects, meaning, ...setting }) => {
      const fallback = DEFAULTS_OF_A_LOCAL_RUN[variable] ?? setting.default;
      return describe(variable, meaning, fallback ? `${expects}; default: ${fallback}` : expects);
    },
  );
  const own = describe(DATA_DIRECTORY, 'where the local run keeps its state', 'a folder; default: .data');
  return [
    'usage: npm start',
    '',
    'Runs Holdfast on this machine: starts PostgreSQL and Redis unless DATABASE_URL and REDIS_URL name yours,',
    'migrates the database, puts a demo sale into an empty one (not when NODE_ENV=production), starts the service',
    'and prints its addresses. Ctrl-C stops all of it. Deleting .data/ begins anew.',
    '',
    'Settings are environment variables, as in: PORT=8080 npm start',
    '',
    ...settings,
    own,
  ].join('\n');
}

function describe(variable: string, meaning: string, details: string): string {
  return `  ${variable.padEnd(28)}${meaning}\n${' '.repeat(30)}(${details})`;
}
