import net from 'node:net';
import { createInterface } from 'node:readline';
import type { Redis } from 'ioredis';
import { SCRIPTS } from '../../libs/lock/providers/redis/scripts.js';
import { until } from './timing.js';

const LINE = /^\+\S+ \[\d+ (?<source>[^\]]+)\] (?<args>.*)$/;
/** Said by the client that counts, when all else was sent. */
const THE_END = 'the end';
const ARGUMENT = /"(?:[^"\\]|\\.)*"/g;

/**
 * What a Redis is asked from now on, by MONITOR over a connection of its own: ioredis takes a command that it sees in the
 * moment of MONITOR's own reply for that reply.
 * @param hear the words of each command that a client has sent, not of those within a script
 * @returns ends it
 */
async function monitorRedis(
  { host, port }: { host: string; port: number },
  hear: (words: string[]) => void,
): Promise<() => void> {
  const socket = net.connect({ host, port });
  const lines = createInterface({ input: socket });
  await new Promise<void>((begun, failed) => {
    socket.once('error', failed);
    socket.once('connect', () => socket.write('MONITOR\r\n'));
    lines.on('line', (line) => {
      if (line === '+OK') begun();
      const { source, args = '' } = LINE.exec(line)?.groups ?? {};
      if (source !== undefined && source !== 'lua') hear((args.match(ARGUMENT) ?? []).map(unquoted));
    });
  });
  socket.on('error', () => undefined);
  return () => socket.destroy();
}

/** Redis writes what is no letter as `\xHH`, and a bell as `\a`. */
function unquoted(word: string): string {
  const json = word.replaceAll(/\\(?:x(?<hex>..)|(?<bell>a)|.)/g, (escape, hex?: string, bell?: string) => {
    if (hex !== undefined) return `\\u00${hex}`;
    return bell === undefined ? escape : '\\u0007';
  });
  return JSON.parse(json) as string;
}

/** How often these servers were asked for a script while `work` ran, by whichever client. */
export async function countCalls(
  servers: readonly Redis[],
  script: keyof typeof SCRIPTS,
  work: () => Promise<unknown>,
): Promise<number> {
  const { text, sha } = SCRIPTS[script];
  let calls = 0;
  let echoes = 0;
  const hear = ([name = '', what = '']: string[]): void => {
    if (/^evalsha$/i.test(name) && what === sha) calls += 1;
    if (/^eval$/i.test(name) && what === text) calls += 1;
    if (/^echo$/i.test(name) && what === THE_END) echoes += 1;
  };
  const ends = await Promise.all(
    servers.map(({ options: { host = '', port = 0 } }) => monitorRedis({ host, port }, hear)),
  );
  try {
    await work();
    await Promise.all(servers.map((server) => server.echo(THE_END)));
    await until(() => echoes === servers.length, { what: 'each server has shown all that it was asked' });
  } finally {
    for (const end of ends) end();
  }
  return calls;
}
