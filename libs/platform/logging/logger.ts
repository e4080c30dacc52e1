import type { LoggerService } from '@nestjs/common';
import { pino, type Logger, type LoggerOptions } from 'pino';
import { traceFields } from '../tracing/tracing.js';

export type { Logger } from 'pino';

const SECRETS = ['authorization', '["x-api-key"]', 'token', 'headers.authorization', 'headers["x-api-key"]'];

/** One line of JSON a message. Headers are not logged; should one slip in, its secret is struck out. */
export function createLogger(level: string): Logger {
  const options: LoggerOptions = {
    level,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    mixin: traceFields,
    redact: { paths: SECRETS, censor: '[redacted]' },
  };
  // Synchronous: a stream that is flushed at the exit tries for ever when its reader is gone.
  return pino(options, pino.destination({ dest: process.stdout.fd, sync: true }));
}

/** Nest's account of its own start: thirty lines that only somebody who debugs it wants. */
const CHATTY = new Set([
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestApplication',
]);

/** Nest's own messages, and those of `new Logger('Context')`, through the same pino. */
export class NestLogger implements LoggerService {
  private readonly logger: Logger;

  constructor(logger: Logger) {
    this.logger = logger;
  }

  log(message: unknown, ...rest: unknown[]): void {
    this.write(CHATTY.has(String(rest.at(-1))) ? 'debug' : 'info', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.write('error', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('trace', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }

  /** Nest appends the context as the last argument; `logger.warn({ …fields }, 'text')` reads as pino's. */
  private write(
    level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal',
    message: unknown,
    rest: unknown[],
  ): void {
    const context = rest.at(-1);
    const fields =
      typeof message === 'object' && message !== null && !(message instanceof Error) ? message : {};
    const text = [message, ...rest.slice(0, -1)].filter((part) => typeof part === 'string').join(' ');
    const error = [message, ...rest].find((part) => part instanceof Error);
    this.logger[level]({ context, ...fields, ...(error ? { err: error } : {}) }, text);
  }
}
