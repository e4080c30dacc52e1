import { parseArgs } from 'node:util';
import { postgresLockSchema } from '#lock/postgres';
import { ConfigurationError, databaseUrlFromEnvironment, migrate, runtimeGrants } from '#platform';

const HELP = `usage: npm run migrate [-- --grant-to ROLE]

Applies to DATABASE_URL what is pending, as the role that owns the record. Safe to run twice, and from several places.

  --grant-to ROLE  also creates the schema of LOCK_PROVIDER=postgres, and gives ROLE what the service does there and
                   nothing else: the service then needs no other role. deploy/postgres/roles.sql creates both.
`;

/** The migration step of a deployment: applies what is pending, grants, and says what it was. */
async function main(): Promise<void> {
  const { help, 'grant-to': role } = parseArgs({
    options: { help: { type: 'boolean' }, 'grant-to': { type: 'string' } },
  }).values;
  if (help) {
    process.stdout.write(HELP);
    return;
  }
  const scripts = role === undefined ? [] : [postgresLockSchema(), runtimeGrants(role)];
  const applied = await migrate(databaseUrlFromEnvironment(), scripts);
  process.stdout.write(applied.length === 0 ? 'Nothing to migrate.\n' : `Migrated: ${applied.join(', ')}\n`);
  if (role !== undefined) process.stdout.write(`Granted to ${role}.\n`);
}

try {
  await main();
} catch (error) {
  const message = error instanceof ConfigurationError ? error.message : `Could not migrate: ${String(error)}`;
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
