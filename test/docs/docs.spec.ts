import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { PROBLEMS, SETTINGS, type ProblemDefinition, type Setting } from '#platform';

/** The rows of the table whose first column is code, as lists of cells. */
function tableOf(file: string): string[][] {
  return readFileSync(new URL(`../../docs/${file}`, import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll('`', '')),
    );
}

describe('the documentation says what is true of', () => {
  test('errors: every code with its status, and whether to retry', () => {
    const documented = tableOf('errors.md').map(([code, status, retryable]) => [code, status, retryable]);
    const real = Object.entries<ProblemDefinition>(PROBLEMS).map(([code, { status, retryable }]) => [
      code,
      String(status),
      retryable ? 'yes' : 'no',
    ]);
    expect(documented).toEqual(real);
  });

  test('settings: every variable with its default, what it expects and means', () => {
    const real = Object.values<Setting<unknown>>(SETTINGS).map((setting) => [
      setting.variable,
      defaultOf(setting),
      setting.expects,
      setting.meaning,
    ]);
    expect(tableOf('configuration.md')).toEqual(real);
  });

  test('make-it-yours: every example stands in the file that it names', () => {
    const missing = examplesOf('make-it-yours.md').flatMap(({ file, pieces }) => {
      const source = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
      return pieces
        .filter((piece) => !withoutIndent(source).includes(withoutIndent(piece)))
        .map((piece) => `${file}: ${piece}`);
    });
    expect(missing).toEqual([]);
  });
});

function defaultOf(setting: Setting<unknown>): string {
  if (setting.requiredInProduction) return 'required in production';
  if (setting.default) return setting.default;
  return setting.optional || setting.default === '' ? '–' : 'required';
}

/** Blocks of TypeScript: a first line that names the file, then lines of it; `// …` where some are left out. */
function examplesOf(page: string): { file: string; pieces: string[] }[] {
  const text = readFileSync(new URL(`../../docs/${page}`, import.meta.url), 'utf8');
  return [...text.matchAll(/^( *)```ts\n(.*?)^ *```$/gms)].map(([, indent = '', block = '']) => {
    const lines = block.split('\n').map((line) => line.slice(indent.length));
    const [file = '', ...code] = lines;
    const pieces = code.join('\n').split('// …\n');
    return { file: file.replace('// ', ''), pieces: pieces.map((piece) => piece.trimEnd()) };
  });
}

/** An example is shown as deep as it is there. */
function withoutIndent(text: string): string {
  return text.replaceAll(/^ +/gm, '');
}
