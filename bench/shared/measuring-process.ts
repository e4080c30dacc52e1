import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** What a child process can be asked, by name, with what it answers. */
export type CallTable<Calls> = { [Name in keyof Calls]: { asked: unknown; answered: unknown } };

export interface Call<Calls extends CallTable<Calls>, Name extends keyof Calls = keyof Calls> {
  readonly id: number;
  readonly name: Name;
  readonly asked: Calls[Name]['asked'];
}

export type Reply =
  { readonly id: number; readonly value: unknown } | { readonly id: number; readonly error: string };

export interface ChildOptions {
  readonly execArgv?: readonly string[];
  readonly env?: Readonly<NodeJS.ProcessEnv>;
}

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

const CALL_MS = 60_000;

/** A child process that measures, or is measured; it ends with this one. */
export class MeasuringProcess<Calls extends CallTable<Calls>> {
  readonly pid: number;
  private readonly child: ChildProcess;
  private readonly pending = new Map<number, Pending>();
  private calls = 0;
  private ended = false;

  /** @param program a compiled module that calls `answerCalls` */
  constructor(program: URL, { execArgv = [], env = process.env }: ChildOptions = {}) {
    const child = fork(fileURLToPath(program), {
      serialization: 'advanced',
      execArgv: [...execArgv],
      env: { ...env, NODE_ENV: 'production' },
    });
    child.on('message', (reply: Reply) => this.settle(reply));
    child.once('exit', (code, signal) => {
      this.ended = true;
      const error = new Error(`A measuring process ended (${signal ?? `exit code ${code ?? 'none'}`}).`);
      for (const { reject } of this.pending.values()) reject(error);
      this.pending.clear();
    });
    child.on('error', () => undefined); // a signal or call that could not be sent: its end tells
    this.child = child;
    this.pid = child.pid ?? 0;
  }

  /** @throws Error what went wrong there, that it ended, or that it has not answered within `withinMs` */
  async call<Name extends keyof Calls & string>(
    name: Name,
    asked: Calls[Name]['asked'],
    withinMs = CALL_MS,
  ): Promise<Calls[Name]['answered']> {
    if (this.ended) throw new Error('The measuring process has ended.');
    this.calls += 1;
    const id = this.calls;
    let timer: NodeJS.Timeout | undefined;
    try {
      const value = await new Promise<unknown>((resolve, reject) => {
        this.pending.set(id, { resolve, reject });
        timer = setTimeout(
          () => reject(new Error(`${name}: no end within ${Math.round(withinMs)} ms.`)),
          withinMs,
        );
        this.child.send({ id, name, asked });
      });
      return value;
    } finally {
      clearTimeout(timer);
      this.pending.delete(id);
    }
  }

  /** At once: whatever it holds is left as it is. */
  async kill(): Promise<void> {
    if (this.ended) return;
    const exited = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await exited;
  }

  private settle(reply: Reply): void {
    const pending = this.pending.get(reply.id);
    if ('error' in reply) pending?.reject(new Error(reply.error));
    else pending?.resolve(reply.value);
  }
}
