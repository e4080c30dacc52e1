import { describe, expect, test } from '@jest/globals';
import { conformanceTable as tableOf, type TestResult } from './conformance-table.js';

const result = (provider: string, title: string, status = 'passed', ...deeper: string[]): TestResult => ({
  ancestorTitles: [`conformance: ${provider}`, ...deeper],
  title,
  status,
});

const conformanceTable = (results: readonly TestResult[], brokenFiles: readonly string[] = []) =>
  tableOf({ results, brokenFiles });

describe('the table of conformance', () => {
  test('has a row for each case, a column for each provider, and says why something is not claimed', () => {
    const lines = conformanceTable([
      result('redis', '[case 22] Fair'),
      result('redis', '[case 05] Waits its time'),
      result('quorum', '[case 22] not claimed: it keeps no queue', 'pending'),
      result('quorum', '[case 05] Waits its time', 'failed'),
      result('memory', '[case 05] Waits its time (within one process)'),
      result('memory', '[case 22] server missing: none here', 'pending'),
    ]);
    expect(lines).toEqual([
      'Conformance (pass ✓, fail ✗, not claimed –, server missing ?):',
      '                      memory  quorum  redis',
      '   5  Waits its time  ✓ 1     ✗       ✓',
      '  22  Fair            ? 2     – 3     ✓',
      '  1: within one process',
      '  2: none here',
      '  3: it keeps no queue',
    ]);
  });

  test('fails a case when one of its tests fails, in whichever order they come', () => {
    const pass = result('redis', '[case 07] Lost reply');
    const fail = result('redis', '[case 07] on the wire', 'failed', 'on the wire');
    const row = '   7  Lost reply  ✗';
    expect(conformanceTable([pass, fail])).toContain(row);
    expect(conformanceTable([fail, pass])).toContain(row);
  });

  test('leaves out what did not run, and other tests; without any it is no table', () => {
    const others = [
      { ancestorTitles: ['a lock in Redis'], title: '[case 02] foreign', status: 'passed' },
      result('redis', 'no case'),
      result('redis', '[case 03] Killed', 'pending'),
    ];
    expect(conformanceTable(others)).toEqual([]);
    const lines = conformanceTable([...others, result('redis', '[case 04] One command')]);
    expect(lines).toHaveLength(3);
    expect(lines[2]).toBe('   4  One command  ✓');
  });

  test('names the files that could not be run, whose column it lacks', () => {
    const lines = conformanceTable([result('redis', '[case 04] One command')], ['postgres.spec.ts']);
    expect(lines.at(-1)).toBe('Conformance: postgres.spec.ts could not be run.');
  });
});
