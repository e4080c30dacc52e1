import 'reflect-metadata';
import { findStaleFiles } from './stale-files.js';

/** `npm run api:check`: fails when what is committed of the client is not what the code yields. */
const stale = await findStaleFiles('client');
if (stale.length > 0) {
  const lines = ['The client is not what the code yields:', ...stale.map((line) => `  ${line}`)];
  process.stderr.write(`${lines.join('\n')}\nRun npm run api:generate, and commit what it writes.\n`);
  process.exit(1);
}
process.stdout.write('The client is what the code yields.\n');
