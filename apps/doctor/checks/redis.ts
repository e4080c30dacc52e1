import type { RedisFacts } from '../facts/redis.js';
import { finding, type Finding } from '../finding.js';

const MIN_VERSION = 6.2;
const FULL = 0.8;

/** Persistence is not looked at: whatever is in Redis may be thrown away. */
export function checkRedis(facts: RedisFacts, all: readonly RedisFacts[]): Finding[] {
  const { name, version, role, policy, maxMemory, usedMemory, runId } = facts;
  const isQuorum = name !== 'redis';
  const twin = isQuorum
    ? all.find((other) => other !== facts && other.name !== 'redis' && other.runId === runId)
    : undefined;
  return [
    finding(`${name} version`, version, {
      holds: parseFloat(version) >= MIN_VERSION,
      otherwise: 'fail',
      advice: 'Use Redis 6.2 or newer, or Valkey.',
    }),
    finding(`${name} role`, role, {
      holds: role === 'master',
      otherwise: 'fail',
      advice: 'Point it at the master: a replica takes no locks.',
    }),
    finding(`${name} maxmemory-policy`, policy, {
      holds: policy === 'noeviction',
      otherwise: 'fail',
      advice:
        'Set maxmemory-policy noeviction: with any other a lock may be thrown away while somebody holds it.',
    }),
    finding(
      `${name} memory`,
      maxMemory === 0 ? 'no limit' : `${Math.round((100 * usedMemory) / maxMemory)} % of maxmemory`,
      {
        holds: maxMemory === 0 || usedMemory < FULL * maxMemory,
        otherwise: 'warn',
        advice: 'Raise maxmemory, or give the locks a Redis of their own: one that is full grants none.',
      },
    ),
    ...(twin === undefined
      ? []
      : [
          {
            verdict: 'fail' as const,
            check: `${name} independence`,
            found: `the same server as ${twin.name}`,
            advice: 'Give each node a server of its own: two votes of one server are one.',
          },
        ]),
  ];
}
