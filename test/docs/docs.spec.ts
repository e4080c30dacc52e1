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
});

function defaultOf(setting: Setting<unknown>): string {
  if (setting.requiredInProduction) return 'required in production';
  if (setting.default) return setting.default;
  return setting.optional || setting.default === '' ? '–' : 'required';
}
