import { ConfigurationError, databaseUrlFromEnvironment, migrate } from '#platform';

/** The migration step of a deployment: applies what is pending, and says what it was. */
try {
  const applied = await migrate(databaseUrlFromEnvironment());
  process.stdout.write(applied.length === 0 ? 'Nothing to migrate.\n' : `Migrated: ${applied.join(', ')}\n`);
} catch (error) {
  const message = error instanceof ConfigurationError ? error.message : `Could not migrate: ${String(error)}`;
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
