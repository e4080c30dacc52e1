import { configFromEnvironment, ConfigurationError, type Config } from '#platform';
import { examine } from './examine.js';
import type { Finding } from './finding.js';
import { helpPage, parseOptions, UsageError } from './options.js';
import { findingsTable } from './report.js';

/** Says what is wrong with a deployment: exit code 1 where something must be put right before it goes live. */
async function main(args: readonly string[]): Promise<number> {
  const options = parseOptions(args);
  if (!options) {
    process.stdout.write(`${helpPage()}\n`);
    return 0;
  }
  const config = readConfig();
  const findings =
    config instanceof ConfigurationError ? [unreadable(config)] : await examine(config, options);
  process.stdout.write(options.json ? `${JSON.stringify({ findings }, null, 2)}\n` : findingsTable(findings));
  return findings.some(({ verdict }) => verdict === 'fail') ? 1 : 0;
}

function readConfig(): Config | ConfigurationError {
  try {
    return configFromEnvironment();
  } catch (error) {
    if (error instanceof ConfigurationError) return error;
    throw error;
  }
}

function unreadable({ message }: ConfigurationError): Finding {
  const advice = 'Give the doctor the environment of the service: it reads the same settings.';
  return { verdict: 'fail', check: 'settings', found: message, advice };
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
