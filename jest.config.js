/** Jest in ESM mode; libraries resolve to their sources through the `source` condition of package.json's imports. */
export default {
  testMatch: ['<rootDir>/{apps,bench,client,drills,libs,local,load,simulation,soak,test}/**/*.spec.ts'],
  transform: { '\\.ts$': ['@swc/jest'] },
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  testEnvironmentOptions: { customExportConditions: ['source', 'node', 'node-addons'] },
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.data/'],
  testTimeout: 30_000,
  maxWorkers: 2,
  // With ES modules a worker keeps what its suites have loaded, and would spend seconds on collecting it in the middle of a test.
  workerIdleMemoryLimit: '700MB',
};
