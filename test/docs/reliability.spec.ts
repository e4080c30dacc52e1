import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';

const root = new URL('../../', import.meta.url);
const read = (file: string) => readFileSync(new URL(file, root), 'utf8');
const FOLDER = 'test/faults/';
const FAULT = /'fault: ([^']+)'/;
/** The title of a test, or of a line of `test.each`. */
const TITLE = /^\s*(?:test\(|\[)(?:'([^']+)'|"([^"]+)"), /;

/** Fault, case and file of every test under `fault: <fault>`, by the words of its source. */
function testsOf(file: string): string[][] {
  const found: string[][] = [];
  let fault: string | undefined;
  for (const line of read(FOLDER + file).split('\n')) {
    fault = FAULT.exec(line)?.[1] ?? fault;
    const [, single, double] = TITLE.exec(line) ?? [];
    const title = single ?? double;
    if (fault !== undefined && title !== undefined) found.push([fault, title, FOLDER + file]);
  }
  return found;
}

/** The rows of the table with that head, as lists of cells. */
function tableOf(head: string): string[][] {
  const lines = read('docs/reliability.md').split('\n');
  const start = lines.findIndex((line) => line.replaceAll(/ +/g, ' ').startsWith(head));
  const length = lines.slice(start).findIndex((line) => !line.startsWith('|'));
  return lines.slice(start + 2, start + length).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('`', '')),
  );
}

describe('docs/reliability.md lists', () => {
  const tests = readdirSync(new URL(FOLDER, root))
    .filter((file) => file.endsWith('.spec.ts'))
    .flatMap(testsOf);

  test('every fault with the file of its tests', () => {
    const listed = tableOf('| Fault | Expected |').map(([fault, , file]) => `${fault} in ${file}`);
    const real = new Set(tests.map(([fault, , file]) => `${fault} in ${file}`));
    expect(listed.sort()).toEqual([...real].sort());
  });

  test('every case with what came of it', () => {
    const listed = tableOf('| Fault | Case |').map(([fault, title, verdict]) => [fault, title, verdict]);
    expect(listed.sort()).toEqual(tests.map(([fault, title]) => [fault, title, 'holds']).sort());
  });
});
