import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';

const PROGRAM = fileURLToPath(new URL('../../dist/simulation/main.js', import.meta.url));
const PATIENCE_MS = 180_000;

interface Run {
  readonly exitCode: number | null;
  readonly output: string;
}

/** In a process of its own, as by the command: a simulation has the clock of its whole process. */
function simulate(...args: string[]): Promise<Run> {
  const child = spawn(process.execPath, [PROGRAM, ...args]);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += String(text)));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode) => resolve({ exitCode, output }));
  });
}

describe('the simulation', () => {
  test(
    'breaks no promise in 400 schedules that nobody has seen',
    async () => {
      const { exitCode, output } = await simulate('--schedules', '400');
      expect(output).toContain('Every promise was kept in 400 schedules');
      expect(exitCode).toBe(0);
    },
    PATIENCE_MS,
  );

  test(
    'finds each defect, and none while the guard that it takes away stands alone',
    async () => {
      const { exitCode, output } = await simulate('--bug', 'all', '--seed', '100', '--schedules', '1500');
      expect(output.match(/found after \d/g)).toHaveLength(13);
      expect(output).not.toMatch(/NOT/);
      expect(exitCode).toBe(0);
    },
    PATIENCE_MS,
  );

  test(
    'is the same to the byte for the same seed, wherever it stands in a run',
    async () => {
      const traceOf = async (seed: number) =>
        (await simulate('--seed', String(seed), '--steps', '60', '--trace')).output.replace(/Every.*/s, '');
      const [first, second, other] = [await traceOf(11), await traceOf(11), await traceOf(12)];
      expect(first.split('\n').length).toBeGreaterThan(100);
      expect(second).toBe(first);
      expect(other).not.toBe(first);
    },
    PATIENCE_MS,
  );

  test(
    'shrinks what fails, and fails in the same way again by the command that it prints',
    async () => {
      const found = await simulate('--bug', 'key', '--seed', '1', '--schedules', '50');
      expect(found.exitCode).toBe(1);
      const [, command = ''] = /Once more: npm run simulate -- (.*)/.exec(found.output) ?? [];
      const only = /--only (\S+)/.exec(command)?.[1]?.split(',') ?? [];
      expect(only.length).toBeGreaterThan(0);
      expect(only.length).toBeLessThan(6);
      const again = await simulate(...command.split(' '));
      const verdictOf = ({ output }: Run) => output.match(/^BROKEN: .*$/m)?.[0];
      expect(verdictOf(again)).toBe(verdictOf(found));
      expect(again.exitCode).toBe(1);
    },
    PATIENCE_MS,
  );

  test(
    'explains itself, and names what it does not understand',
    async () => {
      const help = await simulate('--help');
      expect(help).toMatchObject({ exitCode: 0, output: expect.stringContaining('--schedules <n>') });
      const wrong = await simulate('--bug', 'none');
      expect(wrong).toMatchObject({ exitCode: 1, output: expect.stringContaining('--bug knows no "none"') });
    },
    PATIENCE_MS,
  );
});
