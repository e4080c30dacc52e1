import { SETTINGS, type Setting } from './settings.js';

type Settings = typeof SETTINGS;
type Value<S> = S extends Setting<infer V> ? V : never;

/** The validated settings, read once at the start. */
export type Config = { readonly [Name in keyof Settings]: Value<Settings[Name]> } & {
  readonly production: boolean;
};

/** One line that names the variable and what it expects; a secret's value is never part of it. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

/**
 * Validates an environment against the table of settings.
 * An empty variable counts as absent, as shells and compose files produce them.
 * @throws ConfigurationError for the first setting that is wrong or missing
 */
export function loadConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const production = environment.NODE_ENV === 'production';
  const values: Record<string, unknown> = { production };
  for (const [name, setting] of Object.entries<Setting<unknown>>(SETTINGS)) {
    values[name] = readSetting(setting, environment[setting.variable], production);
  }
  values.guestBuyers ??= !production;
  values.adminApiKeys ??= [];
  const config = values as Config;
  if (production && config.strategy === 'unguarded') {
    throw new ConfigurationError(
      'RESERVATION_STRATEGY must not be unguarded in production: it oversells on purpose.',
    );
  }
  return config;
}

/** One setting alone, for a step that needs no more. @throws ConfigurationError */
export function loadDatabaseUrl(environment: Readonly<Record<string, string | undefined>>): string {
  return readSetting(SETTINGS.databaseUrl, environment.DATABASE_URL, false) as string;
}

function readSetting(setting: Setting<unknown>, given: string | undefined, production: boolean): unknown {
  const text = given === undefined || given === '' ? setting.default : given;
  if (text === undefined) {
    const required = setting.optional !== true || (production && setting.requiredInProduction === true);
    if (required)
      throw new ConfigurationError(`${setting.variable} is missing: it expects ${setting.expects}.`);
    return undefined;
  }
  const value = setting.parse(text);
  if (value === undefined) {
    const got = setting.secret ? '' : `, not ${JSON.stringify(text.slice(0, 100))}`;
    throw new ConfigurationError(`${setting.variable} expects ${setting.expects}${got}.`);
  }
  return value;
}
