import { loadConfig, loadDatabaseUrl, loadWorkerConfig, type Config, type WorkerConfig } from './config.js';

// The only place that reads process.env.

export function configFromEnvironment(): Config {
  return loadConfig(process.env);
}

export function workerConfigFromEnvironment(): WorkerConfig {
  return loadWorkerConfig(process.env);
}

export function databaseUrlFromEnvironment(): string {
  return loadDatabaseUrl(process.env);
}
