import type { Call, CallTable, Reply } from './measuring-process.js';

/** What a child process does for each call. */
export type Handlers<Calls extends CallTable<Calls>> = {
  readonly [Name in keyof Calls]: (
    asked: Calls[Name]['asked'],
  ) => Promise<Calls[Name]['answered']> | Calls[Name]['answered'];
};

/** Makes this process one that a MeasuringProcess talks to, and ends it with its starter. */
export function answerCalls<Calls extends CallTable<Calls>>(handlers: Handlers<Calls>): void {
  const reply = async ({ id, name, asked }: Call<Calls>): Promise<Reply> => {
    try {
      return { id, value: await handlers[name](asked) };
    } catch (error) {
      return { id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
    }
  };
  process.on('SIGINT', () => undefined); // Ctrl-C reaches the whole group; who started this process ends it
  process.on('disconnect', () => process.exit()); // its starter is gone, however it ended
  process.on('message', (call: Call<Calls>) => {
    void reply(call).then((answer) => process.send?.(answer));
  });
}
