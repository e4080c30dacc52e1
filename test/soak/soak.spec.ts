import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, expect, jest, test } from '@jest/globals';
import { runCommand } from '../../soak/command.js';
import type { SoakResult } from '../../soak/result.js';
import { temporaryFolder } from '../local/temporary-folder.js';

jest.setTimeout(120_000);

const folder = temporaryFolder('soak');
afterAll(() => folder.remove());

async function soak(...args: string[]) {
  let output = '';
  const write = (text: string) => {
    output += text;
  };
  const code = await runCommand([...args, '--output', folder.path], { isTerminal: false, write });
  return { code, output };
}

test('a soak of seconds: sessions are terminated, Redis is emptied, and all that was told is true', async () => {
  const short = ['--minutes', '0.1', '--rate', '10', '--fault-every', '2', '--sample-every', '1'];
  const { code, output } = await soak(
    ...short,
    '--faults',
    'sessions-terminated,redis-flushed',
    '--seed',
    '2',
  );
  expect({ code, output }).toMatchObject({
    code: 0,
    output: expect.stringContaining('PASSED: nothing grows'),
  });

  const result = JSON.parse(readFileSync(path.join(folder.path, 'result.json'), 'utf8')) as SoakResult;
  expect(result.verdicts.filter(({ ok }) => !ok)).toEqual([]);
  expect(new Set(result.faults.map(({ name }) => name)).size).toBe(2);
  expect(result.orders).toBeGreaterThan(10);
  expect(result.events).toBeGreaterThan(result.orders);
  expect(result.streams).toBeGreaterThan(20); // twenty at a time: some have ended, and others begun
  expect(Object.keys(result.series)).toEqual(
    expect.arrayContaining([
      'api 1 memory',
      'worker 1 heap',
      'api 2 handles',
      'PostgreSQL connections',
      'Redis keys',
    ]),
  );
  expect(result.growths.every(({ flat }) => flat === null)).toBe(true); // too short to tell
  expect(readFileSync(path.join(folder.path, 'report.html'), 'utf8')).toContain('Open files and sockets');
});

test('a wrong option is named, before anything starts', async () => {
  expect(await soak('--faults', 'earthquake')).toMatchObject({
    code: 1,
    output: expect.stringContaining('--faults knows no "earthquake"'),
  });
});
