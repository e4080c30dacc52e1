import { existsSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { LocalError } from './errors.js';
import { freePort } from './ports.js';
import { DetachedProcess, type Exit, type StopStep } from './processes.js';
import { PROJECT_ROOT } from './root.js';
import { sleep } from './wait.js';

export interface LocalService {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Settles when the process ends, by itself or not. */
  readonly exited: Promise<Exit>;
  /** The last lines it wrote, at most 1,000. */
  logs(): string[];
  /** SIGTERM: it answers what it has begun and ends. SIGKILL follows after 15 s. @returns the exit code */
  stop(signal?: 'SIGTERM'): Promise<number | null>;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** SIGSTOP. */
  pause(): void;
  /** SIGCONT. */
  resume(): void;
}

export interface ServiceOptions {
  /** Which process of the service. Default: the API. */
  readonly app?: 'api' | 'worker';
  /** The root of another version, built. Default: this one's. */
  readonly root?: string;
  /** The whole environment of the service but for PATH, HOME, HOST and PORT (a free one unless named here). */
  readonly env: Readonly<Record<string, string>>;
  /** Hears every line of its output. */
  readonly onLine?: (line: string) => void;
  /** Default: 60 s. */
  readonly readyTimeoutMs?: number;
  /** Stops the service while it is still starting; `startService` then rejects. */
  readonly signal?: AbortSignal;
}

/**
 * How the API is started, everywhere. What a thousand waiting orders allocate outlives the 16 MB in which Node collects what
 * is young; with 64 MB an order takes a sixth less of the processor. From the start, since Node would shrink it in every
 * quiet time, and grow it again in front of the next crowd.
 */
export const NODE_OPTIONS = ['--min-semi-space-size=64', '--max-semi-space-size=64'];
const PRELOAD = path.join(PROJECT_ROOT, 'dist', 'local', 'exit-with-launcher.js');
const KEPT_LINES = 1_000;
const SHOWN_LINES = 15;
const DRAIN: readonly StopStep[] = [{ signal: 'SIGTERM', withinMs: 15_000 }]; // it drains for up to 10 s

/**
 * Starts the built service as a process of its own and waits until it is ready.
 * @throws LocalError with its last lines when it ends early, is not ready in time, or has not been built
 */
export async function startService(options: ServiceOptions): Promise<LocalService> {
  const root = options.root ?? PROJECT_ROOT;
  const { app = 'api' } = options;
  const main = path.join(root, 'dist', 'apps', app, 'main.js');
  if (!existsSync(main)) throw new LocalError('The service has not been built: run "npm run build".');
  const port = Number(options.env.PORT ?? 0) || (await freePort());
  const command = [...(app === 'api' ? NODE_OPTIONS : []), '--import', pathToFileURL(PRELOAD).href, main];
  const service = await spawnService(command, options.env, port);
  const logs = keepLines(service, options.onLine);
  const url = urlOf(options.env.HOST, port);
  try {
    await becomeReady(service, url, options);
  } catch (error) {
    await service.stop(DRAIN);
    await sleep(20); // its last words
    const last = logs.slice(-SHOWN_LINES).join('\n');
    throw new LocalError(`${(error as Error).message}${last === '' ? '' : ` Its last lines:\n${last}`}`);
  }
  return {
    url,
    port,
    pid: service.pid,
    exited: service.exited,
    logs: () => [...logs],
    stop: async () => {
      service.signal('SIGCONT'); // a paused one hears nothing else
      return (await service.stop(DRAIN)).code;
    },
    kill: async () => {
      await service.kill();
    },
    pause: () => service.signal('SIGSTOP'),
    resume: () => service.signal('SIGCONT'),
  };
}

/** Where to reach a service that listens on `host`; one that listens on every address is reached on the loopback. */
function urlOf(host: string | undefined, port: number): string {
  if (host === undefined || ['', '0.0.0.0', '::'].includes(host)) return `http://127.0.0.1:${port}`;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function spawnService(
  command: string[],
  env: Readonly<Record<string, string>>,
  port: number,
): Promise<DetachedProcess> {
  const { PATH, HOME } = process.env;
  return DetachedProcess.spawn(process.execPath, command, {
    cwd: PROJECT_ROOT,
    env: { PATH, HOME, HOST: '127.0.0.1', ...env, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
}

function keepLines(service: DetachedProcess, onLine?: (line: string) => void): string[] {
  const logs: string[] = [];
  for (const stream of [service.child.stdout, service.child.stderr]) {
    if (!stream) continue;
    createInterface({ input: stream }).on('line', (line) => {
      logs.push(line);
      if (logs.length > KEPT_LINES) logs.shift();
      onLine?.(line);
    });
  }
  return logs;
}

async function becomeReady(service: DetachedProcess, url: string, options: ServiceOptions): Promise<void> {
  const limitMs = options.readyTimeoutMs ?? 60_000;
  const deadline = performance.now() + limitMs;
  while (!(await isReady(url))) {
    if (options.signal?.aborted) throw new LocalError('The start was called off.');
    if (!service.running) {
      const { code, signal } = await service.exited;
      throw new LocalError(
        `The service ended while it was starting (${signal ?? `exit code ${code ?? 'none'}`}).`,
      );
    }
    if (performance.now() >= deadline)
      throw new LocalError(`The service was not ready within ${limitMs / 1000} s.`);
    await sleep(50);
  }
}

async function isReady(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(2_000) });
    await response.body?.cancel();
    return response.status === 200;
  } catch {
    return false;
  }
}
