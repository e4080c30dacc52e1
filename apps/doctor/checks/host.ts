import type { Config } from '#platform';
import type { HostFacts } from '../facts/host.js';
import { finding, type Finding } from '../finding.js';

/** Connections of buyers besides streams. */
const CONNECTIONS = 5_000;
const GIGABYTE = 1024 ** 3;
const MIN_DISK = 10 * GIGABYTE;

/** What cannot be known is not mentioned. */
export function checkHost({ openFiles, freeDisk }: HostFacts, { streamCapacity }: Config): Finding[] {
  const needed = streamCapacity + CONNECTIONS;
  return [
    ...(openFiles === undefined
      ? []
      : [
          finding('open files', String(openFiles), {
            holds: openFiles >= needed,
            otherwise: 'warn',
            advice: `Raise "ulimit -n" of the service to ${needed} or more, or lower STREAM_CAPACITY: each connection is an open file.`,
          }),
        ]),
    ...(freeDisk === undefined
      ? []
      : [
          finding('free disk', `${Math.floor(freeDisk / GIGABYTE)} GB where PostgreSQL writes`, {
            holds: freeDisk >= MIN_DISK,
            otherwise: freeDisk < GIGABYTE ? 'fail' : 'warn',
            advice:
              'Make room: a million orders with their log take some gigabytes, and a full disk stops every order.',
          }),
        ]),
  ];
}
