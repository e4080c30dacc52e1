// An older version of the repository, built in a folder of its own, for `npm run test:upgrade`.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const MIGRATIONS = 'libs/platform/database/migrations';

/** One line that says why there is no older version. */
export class UpgradeError extends Error {}

/**
 * @param {string} root the repository's root
 * @param {string[]} args `--from <commit>`; without it the last version that lacks the newest migration
 * @returns {Promise<string>} the root of that version, built
 */
export async function previousVersion(root, args) {
  const commit = git(
    root,
    'rev-parse',
    '--verify',
    '--quiet',
    `${from(args) ?? beforeNewestMigration(root)}^{commit}`,
  );
  const folder = path.join(root, '.data', 'versions', commit);
  console.log(`The version before is ${git(root, 'log', '-1', '--format=%h (%s)', commit)}.`);
  if (!existsSync(path.join(folder, 'dist', 'apps'))) await buildAt(root, commit, folder);
  return folder;
}

function from(args) {
  if (args.length === 0) return undefined;
  if (args.length === 2 && args[0] === '--from') return args[1];
  throw new UpgradeError('usage: npm run test:upgrade [-- --from <commit>]');
}

function beforeNewestMigration(root) {
  const newest = readdirSync(path.join(root, MIGRATIONS))
    .filter((name) => /^\d/.test(name))
    .sort()
    .at(-1);
  const added = git(
    root,
    'log',
    '--first-parent',
    '--diff-filter=A',
    '--format=%H',
    '-1',
    '--',
    `${MIGRATIONS}/${newest}`,
  );
  if (added === '') throw new UpgradeError(`${newest} is not committed: name a version by --from <commit>.`);
  return `${added}^`;
}

async function buildAt(root, commit, folder) {
  console.log('Building it …');
  mkdirSync(folder, { recursive: true });
  const archive = spawnSync('git', ['archive', commit], { cwd: root, maxBuffer: 1e9 });
  execFileSync('tar', ['x', '-C', folder], { input: archive.stdout });
  // Its dependencies are taken to be ours: what it needs and we have not makes the build or the start fail.
  if (!existsSync(path.join(folder, 'node_modules')))
    symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
  const program = await import(pathToFileURL(path.join(folder, 'scripts', 'build.mjs')).href);
  await program.build(folder);
}

function git(root, ...args) {
  const { status, stdout, error } = spawnSync('git', args, { cwd: root, encoding: 'utf8' });
  if (error || status !== 0)
    throw new UpgradeError(
      `git ${args.join(' ')} found nothing: an older version needs the repository's history.`,
    );
  return stdout.trim();
}
