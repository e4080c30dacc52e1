import { hashTagOf } from './keys.js';
import { isRefusal } from './redis-connection.js';
import type { Script } from './scripts.js';

/** As many locks as one script takes on, so that nobody else waits for it for long. */
const MAX_TOGETHER = 250;

/** Arguments and reply of `some` are those of `one` for each lock, in their order. */
export interface ScriptForSome {
  readonly one: Script;
  readonly some: Script;
}

export type Arguments = readonly (string | number)[];
export type Run = (script: Script, resources: readonly string[], args: Arguments) => Promise<unknown>;

interface Waiting {
  readonly args: Arguments;
  readonly settle: (reply: unknown) => void;
  readonly fail: (error: unknown) => void;
}

/**
 * Makes one command of what a piece of code asks of many locks before it waits for an answer: a process that keeps hundreds of
 * them asks and releases them for little more than the cost of one. As every other command begins with `flush`, they go out in
 * the order in which they were asked; a script that Redis has yet to be shown may come later.
 */
export class CommandBatch {
  private readonly run: Run;
  private script: ScriptForSome | undefined;
  private tag = '';
  private waiting = new Map<string, Waiting>();

  constructor(run: Run) {
    this.run = run;
  }

  /** The script's reply for this lock. @throws what `run` does */
  add<Reply>(script: ScriptForSome, resource: string, args: Arguments): Promise<Reply> {
    const tag = hashTagOf(resource); // one script has the locks of one slot
    const isApart = script !== this.script || tag !== this.tag || this.waiting.has(resource);
    if (isApart || this.waiting.size >= MAX_TOGETHER) this.flush();
    if (this.waiting.size === 0) queueMicrotask(() => this.flush());
    this.script = script;
    this.tag = tag;
    return new Promise<unknown>((settle, fail) => {
      this.waiting.set(resource, { args, settle, fail });
    }) as Promise<Reply>;
  }

  /** Sends what was asked so far. */
  flush(): void {
    const { script, waiting } = this;
    if (!script || waiting.size === 0) return;
    this.waiting = new Map();
    void this.send(script, [...waiting.keys()], [...waiting.values()]);
  }

  private async send(
    { one, some }: ScriptForSome,
    resources: readonly string[],
    waiting: readonly Waiting[],
  ): Promise<void> {
    const isOne = waiting.length === 1;
    const args = waiting.flatMap((each) => each.args);
    try {
      const reply = await this.run(isOne ? one : some, resources, args);
      const replies = isOne ? [reply] : (reply as readonly unknown[]);
      for (const [index, { settle }] of waiting.entries()) settle(replies[index]);
    } catch (error) {
      // Whatever was wrong with one of them, such as a slot that moves and has not all on one side, is that one's alone.
      const isTriedAlone = !isOne && isRefusal(error);
      for (const [index, { args: own, settle, fail }] of waiting.entries()) {
        if (isTriedAlone) this.run(one, [resources[index] ?? ''], own).then(settle, fail);
        else fail(error);
      }
    }
  }
}
