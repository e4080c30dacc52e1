import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, jest, test } from '@jest/globals';
import type { DrillResult } from '../../drills/rehearsal.js';
import { runCommand } from '../../drills/command.js';
import { temporaryFolder } from '../local/temporary-folder.js';

jest.setTimeout(120_000);

/** The figures of so small a load mean little: this is about what must hold, and whether it is seen. */
const SMALL = ['--seconds', '6', '--rate', '40', '--seed', '11'];

describe('npm run drill', () => {
  const folder = temporaryFolder('drills');

  afterAll(() => folder.remove());

  async function drill(...args: string[]): Promise<{ code: number; output: string; results: DrillResult[] }> {
    const json = path.join(folder.path, 'result.json');
    let output = '';
    const write = (text: string) => void (output += text);
    const code = await runCommand([...args, ...SMALL, '--json', json], { isTerminal: false, write });
    return { code, output, results: JSON.parse(readFileSync(json, 'utf8')) as DrillResult[] };
  }

  test('a replica of Redis and a standby of PostgreSQL promoted: all that was acknowledged is there', async () => {
    const { code, output, results } = await drill('redis-replica-promoted', 'postgres-standby-promoted');
    expect({ code, output }).toMatchObject({ code: 0 });
    for (const { passed, acknowledged, unknown, outage, verdicts } of results) {
      expect({ passed, unknown, checked: verdicts.length }).toEqual({
        passed: true,
        unknown: 0,
        checked: 15,
      });
      expect(acknowledged).toBeGreaterThan(100); // of 192 that there was
      expect(outage.untilAcceptedMs).toBeLessThan(10_000);
    }
    expect(results).toHaveLength(2);
  });
});
