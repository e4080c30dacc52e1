/** `--full` behind `npm test` or `npm run test:conformance`; `npm run test:faults` is always so. */
export const OPTIONS = { full: process.env.TEST_FULL_SIZE === 'true' };
