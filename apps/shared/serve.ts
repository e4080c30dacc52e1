import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ConfigurationError, createLogger, type Logger, type ProcessConfig } from '#platform';
import { startTracing } from './start-tracing.js';
import { Readiness } from './operations/readiness.js';

/** Past this a stuck connection does not keep the process any longer. */
const SHUTDOWN_LIMIT_MS = 9_500;

/** A process of the service: what it reads at its start, and what it is made of. */
export interface ServedProcess<Settings extends ProcessConfig> {
  /** What it is called in traces. */
  readonly name: string;
  /** @throws ConfigurationError */
  readonly readConfig: () => Settings;
  /** Wired and not yet listening. */
  readonly createApp: (config: Settings, logger: Logger) => Promise<NestFastifyApplication>;
  /** Says what operators should know of a process that listens. */
  readonly announce?: (config: Settings, logger: Logger) => void;
}

/** Runs a process from its settings to its end: by a signal with 0, and with 1 where it could not start or stop. */
export async function serve<Settings extends ProcessConfig>(program: ServedProcess<Settings>): Promise<void> {
  const config = readConfig(program);
  const logger = createLogger(config.logLevel);
  try {
    const endTracing = config.otlpEndpoint ? await startTracing(program.name, logger) : undefined;
    const app = await program.createApp(config, logger);
    stopOnSignals(app, logger, endTracing);
    await app.listen(config.port, config.host);
    logger.info({ url: await app.getUrl() }, 'listening');
    program.announce?.(config, logger);
  } catch (error) {
    logger.fatal({ err: error }, 'the service could not start');
    process.exit(1);
  }
}

function readConfig<Settings extends ProcessConfig>({ readConfig: read }: ServedProcess<Settings>): Settings {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}

/** Readiness off, no new connections, requests in flight answered, then the stores closed. */
function stopOnSignals(app: NestFastifyApplication, logger: Logger, endTracing?: () => Promise<void>): void {
  let stopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    if (stopping) return;
    stopping = true;
    logger.info({ signal }, 'stopping');
    app.get(Readiness).stopping = true;
    setTimeout(() => {
      logger.error('what was under way did not end in time');
      process.exit(1);
    }, SHUTDOWN_LIMIT_MS).unref();
    const closed = app.close().then(endTracing);
    closed.then(
      () => {
        logger.info('stopped');
        process.exit(0);
      },
      (error: unknown) => {
        logger.error({ err: error }, 'could not stop cleanly');
        process.exit(1);
      },
    );
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}
