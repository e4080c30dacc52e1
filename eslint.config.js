import js from '@eslint/js';
import reactHooks from 'eslint-plugin-react-hooks';
import importX from 'eslint-plugin-import-x';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import tseslint from 'typescript-eslint';

/**
 * Imports run one way: apps -> payments -> orders -> sales, inventory -> platform -> lock; apps -> outbox -> platform.
 * Each folder names what it may import; a library is entered through its index.ts alone.
 */
const MAY_IMPORT = {
  'libs/lock': [],
  'libs/platform': ['#lock'],
  'libs/inventory': ['#lock', '#platform'],
  'libs/sales': ['#inventory', '#lock', '#platform'],
  'libs/orders': ['#sales', '#inventory', '#lock', '#platform'],
  'libs/outbox': ['#platform'],
  'libs/payments': ['#orders', '#sales', '#inventory', '#lock', '#platform'],
  'apps/shared': ['#lock', '#platform'],
  'apps/worker': ['#outbox', '#payments', '#orders', '#sales', '#inventory', '#lock', '#platform'],
  'apps/api': ['#outbox', '#payments', '#orders', '#sales', '#inventory', '#lock', '#platform'],
  'apps/doctor': ['#platform'],
  client: [],
  local: ['#platform'],
  load: ['#client', '#local', '#platform'],
  bench: ['#client', '#load', '#local', '#lock', '#platform'],
  drills: ['#load', '#local', '#platform'],
  soak: ['#load', '#local', '#platform'],
  simulation: ['#inventory', '#load', '#lock', '#orders', '#payments', '#platform'],
};

const importDirection = Object.entries(MAY_IMPORT).map(([folder, allowed]) => ({
  files: [`${folder}/**/*.ts`],
  ignores: ['**/*.spec.ts'],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            regex: `^#(?!(${allowed.map((library) => library.slice(1)).join('|') || 'nothing'})(/|$))`,
            message: `${folder} may import ${allowed.join(', ') || 'nothing of ours'}.`,
          },
          {
            regex:
              '(^|/)\\.\\./(.*/)?(libs|apps|bench|client|drills|local|load|soak|test|lock|platform|inventory|sales|orders|outbox|payments)/',
            message: 'Enter a library through its alias (#orders), never by a path.',
          },
          ...(folder === 'client' ? [{ regex: '^node:', message: 'The client runs in browsers too.' }] : []),
        ],
      },
    ],
  },
}));

export default tseslint.config(
  { ignores: ['dist/', '.data/', 'node_modules/', 'coverage/', 'client/schema.ts'] },
  js.configs.recommended,
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.strictTypeChecked],
    plugins: { 'import-x': importX },
    settings: {
      ...importX.flatConfigs.typescript.settings,
      'import-x/resolver-next': [
        createTypeScriptImportResolver({ conditionNames: ['source', 'types', 'import', 'node'] }),
      ],
    },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      'import-x/no-cycle': 'error',
      '@typescript-eslint/no-extraneous-class': 'off', // Nest modules are classes without members
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: true }],
      '@typescript-eslint/consistent-type-imports': 'off', // a type in a decorated signature must be a value import
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off', // views are shapes for OpenAPI, not behaviour
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
      'no-console': 'error',
    },
  },
  {
    files: ['apps/**/*.ts', 'libs/**/*.ts'],
    ignores: ['libs/platform/config/environment.ts', '**/*.spec.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        {
          object: 'process',
          property: 'env',
          message: 'process.env is read in libs/platform/config/environment.ts alone.',
        },
      ],
    },
  },
  { files: ['local/**/*.ts', 'load/**/*.ts'], rules: { 'no-console': 'off' } },
  {
    files: ['**/*.{js,mjs}'],
    languageOptions: {
      globals: { process: 'readonly', console: 'readonly', URL: 'readonly', setTimeout: 'readonly' },
    },
  },
  { files: ['apps/web/**/*.{ts,tsx}'], ...reactHooks.configs.flat.recommended },
  ...importDirection,
);
