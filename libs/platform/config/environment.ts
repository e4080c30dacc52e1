import { loadConfig, loadDatabaseUrl, type Config } from './config.js';

// The only place that reads process.env.

export function configFromEnvironment(): Config {
  return loadConfig(process.env);
}

export function databaseUrlFromEnvironment(): string {
  return loadDatabaseUrl(process.env);
}
