import { readFileSync } from 'node:fs';

const GRANTS = readFileSync(new URL('./runtime-grants.sql', import.meta.url), 'utf8');

/** The script that gives a role what the service needs of a migrated database, and takes from it whatever else it had. */
export function runtimeGrants(role: string): string {
  return GRANTS.replaceAll(':"runtime"', () => `"${role.replaceAll('"', '""')}"`);
}
