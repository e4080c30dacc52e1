import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The linter is what keeps imports one way; a pattern that matches nothing would let all of them pass. */
describe('the linter', () => {
  let eslint: ESLint;

  beforeAll(() => {
    // What needs the types of the whole project takes most of a minute, and is not what is tested here.
    eslint = new ESLint({
      cwd: ROOT,
      overrideConfig: [tseslint.configs.disableTypeChecked, { rules: { 'import-x/no-cycle': 'off' } }],
    });
  });

  const rulesBroken = async (file: string, text: string) => {
    const [result] = await eslint.lintText(text, { filePath: `${ROOT}${file}` });
    return result?.messages.map((message) => message.ruleId);
  };

  test.each([
    ['libs/lock/index.ts', '#platform'],
    ['libs/platform/index.ts', '#inventory'],
    ['libs/inventory/index.ts', '#sales'],
    ['libs/sales/index.ts', '#orders'],
    ['libs/orders/index.ts', '#local'],
    ['libs/sales/index.ts', '../orders/placement/decide.js'],
    ['apps/api/main.ts', '../../libs/orders/index.js'],
    ['client/index.ts', '#platform'],
    ['client/index.ts', 'node:fs'],
    ['load/index.ts', '#orders'],
    ['load/index.ts', '../client/index.js'],
    ['drills/drills.ts', '#orders'],
    ['drills/drills.ts', '../load/index.js'],
  ])(
    'lets %s not import %s',
    async (file, source) => {
      expect(await rulesBroken(file, `export * from '${source}';\n`)).toContain('no-restricted-imports');
    },
    60_000,
  );

  test.each([
    ['libs/orders/index.ts', '#sales'],
    ['libs/sales/index.ts', '#inventory'],
    ['libs/inventory/index.ts', '#platform'],
    ['libs/platform/index.ts', '#lock'],
    ['apps/api/main.ts', '#orders'],
    ['load/index.ts', '#client'],
    ['drills/drills.ts', '#load'],
  ])(
    'lets %s import %s',
    async (file, source) => {
      expect(await rulesBroken(file, `export * from '${source}';\n`)).not.toContain('no-restricted-imports');
    },
    60_000,
  );

  test('lets only environment.ts read process.env', async () => {
    const text = 'export const port = process.env.PORT;\n';
    expect(await rulesBroken('libs/orders/index.ts', text)).toContain('no-restricted-properties');
    expect(await rulesBroken('libs/platform/config/environment.ts', text)).not.toContain(
      'no-restricted-properties',
    );
  }, 60_000);
});
