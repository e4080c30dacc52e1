import { spawnSync } from 'node:child_process';
import { UsageError } from '#load';

/** What a process has open besides its connections. */
const OTHERS = 200;

/**
 * Node raises its own limit as far as the shell allows; beyond that, connections would fail one by one.
 * @throws UsageError when this shell does not allow as many open files
 */
export function requireOpenFiles(connections: number): void {
  const { stdout } = spawnSync('sh', ['-c', 'ulimit -Hn'], { encoding: 'utf8' });
  const limit = Number(stdout); // NaN for "unlimited"
  const needed = connections + OTHERS;
  if (!(limit < needed)) return;
  throw new UsageError(
    `${connections} connections need ${needed} open files, and this shell allows ${limit}: raise "ulimit -n" or lower --connections.`,
  );
}
