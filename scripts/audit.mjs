// Whether what we depend on may be installed: a part of `npm run check`. Its argument is the folder to look at.
//
// The lock files are read without a network. Each package has the hash of its contents, names no place of its own to come
// from, and runs a script as it is installed only where `allowScripts` of package.json says whether it may.
//
// Then the registry is asked for advisories about what runs in production. `high` and `critical` ones fail, unless
// audit-exceptions.json has reviewed them: [{ "advisory": "GHSA-…", "reason": "…", "until": "2027-01-31" }]. A registry
// that does not answer costs a line, and fails nothing.
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

const LOCK_FILES = ['package-lock.json', path.join('bench', 'lock', 'peers', 'package-lock.json')];
const GRAVE = ['high', 'critical'];
const REGISTRY_MS = 30_000;

const root = path.resolve(process.argv[2] ?? '.');
const read = (file) => JSON.parse(readFileSync(path.join(root, file), 'utf8'));
const lockFiles = LOCK_FILES.filter((file) => existsSync(path.join(root, file)));
const problems = [...lockFiles.flatMap(problemsOfLockFile), ...(await problemsOfAdvisories())];
for (const problem of problems) console.error(problem);
process.exit(problems.length === 0 ? 0 : 1);

function problemsOfLockFile(file) {
  const { allowScripts = {} } = read('package.json');
  const { packages } = read(file);
  return Object.entries(packages).flatMap(([place, { integrity, resolved, hasInstallScript }]) => {
    if (place === '') return []; // ourselves
    const name = place.split('node_modules/').at(-1);
    const wrong = [
      !integrity && 'has no integrity: what it contains may change',
      resolved && `comes from ${resolved} and not from whichever registry is asked`,
      hasInstallScript &&
        !(name in allowScripts) &&
        'runs a script as it is installed: name it in allowScripts',
    ];
    return wrong.filter(Boolean).map((what) => `${file}: ${name} ${what}.`);
  });
}

async function problemsOfAdvisories() {
  const { advisories, silence } = await graveAdvisories();
  if (silence) {
    console.log(`Advisories: skipped, the registry does not tell them (${silence}).`);
    return [];
  }
  const exceptions = read('audit-exceptions.json');
  const today = new Date().toISOString().slice(0, 10);
  const isReviewed = ({ id }) => exceptions.some(({ advisory, until }) => advisory === id && until >= today);
  const unreviewed = advisories.filter((advisory) => !isReviewed(advisory));
  const settled = exceptions.filter(({ advisory }) => !advisories.some(({ id }) => id === advisory));
  console.log(`Advisories: ${advisories.length} grave, ${advisories.length - unreviewed.length} reviewed.`);
  return [
    ...unreviewed.map(({ id, name, severity, title }) => `${name}: ${title} (${severity}, ${id}).`),
    ...settled.map(({ advisory }) => `audit-exceptions.json: ${advisory} is settled; remove it.`),
  ];
}

/** @returns what npm says of the packages that run in production, or why it can say nothing */
async function graveAdvisories() {
  const { vulnerabilities, error, message } = await npmAudit();
  if (!vulnerabilities) return { silence: message ?? error?.summary ?? 'npm audit said nothing' };
  const causes = Object.values(vulnerabilities).flatMap(({ via }) => via.filter((cause) => cause.url));
  const grave = causes.filter(({ severity }) => GRAVE.includes(severity));
  const byId = new Map(grave.map((cause) => [cause.url.split('/').at(-1), cause]));
  return { advisories: [...byId].map(([id, { name, severity, title }]) => ({ id, name, severity, title })) };
}

/** Its exit code says whether it found something; what it found is on its output either way. */
async function npmAudit() {
  const args = ['audit', '--omit=dev', '--json', '--fetch-retries=0', `--fetch-timeout=${REGISTRY_MS}`];
  const options = { cwd: root, timeout: 2 * REGISTRY_MS, shell: process.platform === 'win32' };
  const { stdout } = await promisify(execFile)('npm', args, options).catch((error) => error);
  try {
    return JSON.parse(stdout);
  } catch {
    return {};
  }
}
