import { randomBytes } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { LocalError } from './errors.js';

/** The settings that a local run makes up for itself where the environment does not name them. */
export const GENERATED_SECRETS = ['BUYER_JWT_SECRET', 'ADMIN_API_KEY', 'PAYMENT_WEBHOOK_SECRET'] as const;

type Secrets = Record<(typeof GENERATED_SECRETS)[number], string>;

/** Reads the secrets of this folder's runs; those that are missing are generated and kept (0600). */
export function readOrCreateSecrets(file: string): Secrets {
  const known = readSecrets(file);
  const complete: Secrets = {
    BUYER_JWT_SECRET: known.BUYER_JWT_SECRET ?? randomBytes(32).toString('base64url'),
    ADMIN_API_KEY: known.ADMIN_API_KEY ?? randomBytes(18).toString('base64url'),
    PAYMENT_WEBHOOK_SECRET: known.PAYMENT_WEBHOOK_SECRET ?? randomBytes(32).toString('base64url'),
  };
  const unfinished = `${file}.unfinished`;
  writeFileSync(unfinished, `${JSON.stringify(complete, null, 2)}\n`, { mode: 0o600 });
  renameSync(unfinished, file);
  return complete;
}

function readSecrets(file: string): Partial<Secrets> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
  try {
    const parsed = JSON.parse(text) as Record<string, unknown>;
    return Object.fromEntries(
      GENERATED_SECRETS.filter((name) => typeof parsed[name] === 'string').map((name) => [
        name,
        parsed[name],
      ]),
    );
  } catch {
    throw new LocalError(`${file} is not readable: mend it or delete it.`);
  }
}
