import 'reflect-metadata';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import {
  ConfigurationError,
  configFromEnvironment,
  createLogger,
  LYING_STRATEGIES,
  type Config,
  type Logger,
} from '#platform';
import { createApp } from './create-app.js';
import { Readiness } from './operations/readiness.js';

/** Past this a stuck connection does not keep the process any longer. */
const SHUTDOWN_LIMIT_MS = 9_500;

async function main(): Promise<void> {
  const config = readConfig();
  const logger = createLogger(config.logLevel);
  try {
    const app = await createApp(config, logger);
    stopOnSignals(app, logger);
    await app.listen(config.port, config.host);
    logger.info({ url: await app.getUrl(), strategy: config.strategy }, 'listening');
    const lie = LYING_STRATEGIES.get(config.strategy);
    if (lie) logger.warn(`RESERVATION_STRATEGY=${config.strategy} ${lie}: it is there to be measured`);
  } catch (error) {
    logger.fatal({ err: error }, 'the service could not start');
    process.exit(1);
  }
}

function readConfig(): Config {
  try {
    return configFromEnvironment();
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}

/** Readiness off, no new connections, requests in flight answered, then the stores closed. */
function stopOnSignals(app: NestFastifyApplication, logger: Logger): void {
  let stopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    if (stopping) return;
    stopping = true;
    logger.info({ signal }, 'stopping');
    app.get(Readiness).stopping = true;
    setTimeout(() => {
      logger.error('requests in flight did not end in time');
      process.exit(1);
    }, SHUTDOWN_LIMIT_MS).unref();
    app.close().then(
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

await main();
