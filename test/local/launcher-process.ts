import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';

export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');
const LIMIT_MS = 120_000; // a bound for what hangs, not a measure

/** A program that starts servers, as a process of its own: what it says, how it ends. */
export class LauncherProcess {
  readonly pid: number;
  readonly lines: string[] = [];
  /** The exit code once its output has been read to the end; null when a signal ended it. */
  readonly exit: Promise<number | null>;
  private ended = false;

  private constructor(child: ChildProcess) {
    this.pid = child.pid ?? 0;
    for (const stream of [child.stdout, child.stderr]) {
      if (stream) createInterface({ input: stream }).on('line', (line) => this.lines.push(line));
    }
    this.exit = new Promise((resolve) =>
      child.once('close', (code) => {
        this.ended = true;
        resolve(code);
      }),
    );
  }

  /** In a process group of its own, as a shell does it. The environment is PATH, HOME, TMPDIR and `env`. */
  static run(
    command: string,
    args: readonly string[],
    env: Record<string, string>,
    cwd = ROOT,
  ): LauncherProcess {
    const { PATH = '', HOME = '', TMPDIR = '/tmp' } = process.env;
    const child = spawn(command, args, {
      cwd,
      env: { PATH, HOME, TMPDIR, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    return new LauncherProcess(child);
  }

  /** `npm start` without npm, whose own exit code and lines would stand between. */
  static start(env: Record<string, string>): LauncherProcess {
    // As under npm, it then stops when its parent is gone: a test run that is cut short leaves no launcher.
    return LauncherProcess.run(process.execPath, ['scripts/run.mjs', 'start'], {
      npm_lifecycle_event: 'start',
      ...env,
    });
  }

  /** A module that uses `#local`. It is given the module's text; it lives as long as this process, unless it is killed. */
  static script(text: string, env: Record<string, string>): LauncherProcess {
    const ending = 'setInterval(() => process.ppid === parent || process.exit(), 100);';
    const module = `const parent = process.ppid;\n${text}\n${ending}`;
    return LauncherProcess.run(process.execPath, ['--input-type=module', '-e', module], env);
  }

  get output(): string {
    return this.lines.join('\n');
  }

  /** @returns the match of the first line that matches. @throws when the process ends or 120 s pass without one */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    const deadline = performance.now() + LIMIT_MS;
    for (;;) {
      for (const line of this.lines) {
        const match = pattern.exec(line);
        if (match) return match;
      }
      if (this.ended || performance.now() > deadline)
        throw new Error(`No line matches ${pattern.source}:\n${this.output}`);
      await sleep(20);
    }
  }

  /** The address of the shop, once the banner is there. */
  async url(): Promise<string> {
    const [, url = ''] = await this.says(/^ +Shop +(http\S+)\/$/);
    await this.says(/^ +Stop +Ctrl-C$/);
    return url;
  }

  signal(signal: NodeJS.Signals): void {
    this.send(this.pid, signal);
  }

  /** What Ctrl-C does: the whole group in the foreground hears it. */
  interruptGroup(): void {
    this.send(-this.pid, 'SIGINT');
  }

  private send(target: number, signal: NodeJS.Signals): void {
    try {
      if (!this.ended) process.kill(target, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // it has ended, its output is still being read
    }
  }

  async stop(): Promise<number | null> {
    this.signal('SIGTERM');
    return this.exit;
  }
}
