import { Redis } from 'ioredis';
import { Client } from 'pg';

type Method = (this: unknown, ...args: unknown[]) => unknown;

let sent = 0;

/**
 * Counts what every client of this process sends from now on. Redis' own counters do not tell: they count the commands
 * within scripts too. Each command of ioredis, in a pipeline or not, passes through `sendCommand`, and a script is one of
 * them; of PostgreSQL, statements count.
 */
export function countCommands(): void {
  count(Redis.prototype, 'sendCommand');
  count(Client.prototype, 'query');
}

export function commandsSent(): number {
  return sent;
}

function count(prototype: object, name: string): void {
  const original = Reflect.get(prototype, name) as Method;
  const counting: Method = function (...args) {
    sent += 1;
    return original.apply(this, args);
  };
  Reflect.set(prototype, name, counting);
}
