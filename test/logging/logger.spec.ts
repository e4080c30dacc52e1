import { execFileSync } from 'node:child_process';
import { expect, test } from '@jest/globals';

const LOGGER = new URL('../../dist/libs/platform/logging/logger.js', import.meta.url).href;
const PROGRAM = `
  import { createLogger } from '${LOGGER}';
  const logger = createLogger('info');
  logger.info({ paymentId: 'p1', token: 'secret' }, 'first');
  logger.info('second');
`;

test('a log line has its own fields, and none of an earlier one; secrets are struck out', () => {
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', PROGRAM], { encoding: 'utf8' });
  const [first, second] = output.split('\n', 2).map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(first).toMatchObject({ level: 'info', msg: 'first', paymentId: 'p1', token: '[redacted]' });
  expect(Object.keys(second ?? {}).sort()).toEqual(['hostname', 'level', 'msg', 'pid', 'time']);
});
