import { readFileSync } from 'node:fs';
import path from 'node:path';

/** What `jest --json` says of one test. */
export interface TestResult {
  readonly ancestorTitles: readonly string[];
  readonly title: string;
  readonly status: string;
}

interface Cell {
  mark: Mark;
  /** Why it is not claimed, or what limits the claim. */
  note: string | undefined;
}

type Mark = 'pass' | 'fail' | 'not claimed' | 'server missing' | 'not run';

const SIGNS: Readonly<Record<Mark, string>> = {
  pass: '✓',
  fail: '✗',
  'not claimed': '–',
  'server missing': '?',
  'not run': ' ',
};
/** Of several tests of one case the worst decides. */
const SEVERITY: readonly Mark[] = ['fail', 'pass', 'server missing', 'not claimed', 'not run'];

const CONFORMANCE_FOLDER = path.join('test', 'lock', 'conformance') + path.sep;
const LABEL = /^\[case (\d+)\] (.*)$/s;
const PROVIDER = /^conformance: (.+)$/;
const DISCLAIMED = /^(not claimed|server missing): (.*)$/s;
const LIMITED = /^(.*) \((within [^()]+)\)$/s;

/** What one run has to say about conformance. */
export interface ConformanceRun {
  readonly results: readonly TestResult[];
  /** Test files of conformance that could not be run: their providers are missing from the results. */
  readonly brokenFiles: readonly string[];
}

/** Reads what `jest --json` wrote. @returns nothing where there is no such file */
export function readConformanceRun(file: string): ConformanceRun {
  try {
    const { testResults } = JSON.parse(readFileSync(file, 'utf8')) as {
      testResults: { name: string; status: string; assertionResults: TestResult[] }[];
    };
    return {
      results: testResults.flatMap(({ assertionResults }) => assertionResults),
      brokenFiles: testResults
        .filter(({ name, status, assertionResults }) => {
          return name.includes(CONFORMANCE_FOLDER) && status === 'failed' && assertionResults.length === 0;
        })
        .map(({ name }) => path.basename(name)),
    };
  } catch {
    return { results: [], brokenFiles: [] };
  }
}

/**
 * The lines of the table provider × case of the tests `[case NN]` under `conformance: <provider>`, and its footnotes.
 * @returns no line when there was none of them
 */
export function conformanceTable({ results, brokenFiles }: ConformanceRun): string[] {
  const table = new ConformanceTable();
  for (const result of results) table.add(result);
  return [...table.lines(), ...brokenFiles.map((file) => `Conformance: ${file} could not be run.`)];
}

class ConformanceTable {
  private readonly providers = new Set<string>();
  private readonly titles = new Map<number, string>();
  private readonly cells = new Map<string, Cell>();

  add({ ancestorTitles, title, status }: TestResult): void {
    const provider = PROVIDER.exec(ancestorTitles[0] ?? '')?.[1];
    const [, digits, text] = LABEL.exec(title) ?? [];
    if (provider === undefined || digits === undefined || text === undefined) return;
    const number = Number(digits);
    const [, kind, reason] = DISCLAIMED.exec(text) ?? [];
    const [, short, limit] = LIMITED.exec(text) ?? [];
    if (!kind && ancestorTitles.length === 1 && !this.titles.has(number))
      this.titles.set(number, short ?? text);
    if (kind || status !== 'pending') this.providers.add(provider);
    if (kind) this.put(provider, number, { mark: kind as Mark, note: reason });
    else this.put(provider, number, { mark: markOf(status), note: limit });
  }

  lines(): string[] {
    if (this.providers.size === 0) return [];
    const providers = [...this.providers].sort();
    const cases = [...new Set([...this.cells.keys()].map((key) => Number(key.split(' ')[0])))]
      .filter((number) => providers.some((provider) => this.cell(provider, number).mark !== 'not run'))
      .sort((one, other) => one - other);
    const titleWidth = Math.max(4, ...cases.map((number) => this.titles.get(number)?.length ?? 0));
    const notes: string[] = [];
    const row = (head: string, cells: readonly string[]): string =>
      `  ${head.padEnd(titleWidth + 4)}${cells.map((cell, index) => `  ${cell.padEnd(providers[index]?.length ?? 0)}`).join('')}`.trimEnd();
    const rows = cases.map((number) =>
      row(
        `${String(number).padStart(2)}  ${this.titles.get(number) ?? ''}`,
        providers.map((provider) => this.sign(provider, number, notes)),
      ),
    );
    const legend = 'pass ✓, fail ✗, not claimed –, server missing ?';
    return [
      `Conformance (${legend}):`,
      row('', providers),
      ...rows,
      ...notes.map((note, index) => `  ${index + 1}: ${note}`),
    ];
  }

  private sign(provider: string, number: number, notes: string[]): string {
    const { mark, note } = this.cell(provider, number);
    if (note === undefined) return SIGNS[mark];
    if (!notes.includes(note)) notes.push(note);
    return `${SIGNS[mark]} ${notes.indexOf(note) + 1}`;
  }

  private cell(provider: string, number: number): Cell {
    return this.cells.get(`${number} ${provider}`) ?? { mark: 'not run', note: undefined };
  }

  private put(provider: string, number: number, cell: Cell): void {
    const before = this.cell(provider, number);
    const worse = SEVERITY.indexOf(cell.mark) < SEVERITY.indexOf(before.mark);
    if (worse) this.cells.set(`${number} ${provider}`, cell);
  }
}

function markOf(status: string): Mark {
  if (status === 'passed') return 'pass';
  return status === 'failed' ? 'fail' : 'not run';
}
