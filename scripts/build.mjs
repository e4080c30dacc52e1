// Compiles the TypeScript of the service, the local servers and the harness to dist/ with SWC, and copies what lies
// beside it (SQL, Lua, styles). The web pages are Vite's. What has not changed since the last build is left alone.
import { copyFile, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';

const FOLDERS = [
  'apps',
  'libs',
  'client',
  'design',
  'local',
  'load',
  'bench',
  'drills',
  'simulation',
  'soak',
];
/** Installed and used where they are; what they contain is none of ours. */
const LEFT_OUT = path.join('bench', 'lock', 'peers') + path.sep;
const WEB = path.join('apps', 'web');
const OF_THE_WEB = [WEB, 'design', 'client'];

/** @param {string} root the repository's root */
export async function build(root) {
  const { transformFile } = await import('@swc/core');
  const dist = path.join(root, 'dist');
  const wanted = new Set();
  for (const file of await sourcesOf(root)) {
    const compiled = file.endsWith('.ts');
    const source = path.join(root, file);
    const target = path.join(dist, compiled ? file.replace(/\.ts$/, '.js') : file);
    wanted.add(target);
    if (await isNewer(target, source)) continue;
    await mkdir(path.dirname(target), { recursive: true });
    if (!compiled) {
      await copyFile(source, target);
      continue;
    }
    const { code, map } = await transformFile(source, { cwd: root, sourceMaps: true });
    await writeFile(`${target}.map`, map);
    await writeFile(target, `${code}\n//# sourceMappingURL=${path.basename(target)}.map\n`);
  }
  await removeStale(dist, wanted);
  await buildWeb(root);
}

/** Both pages, unless they are newer than everything they are made of. */
async function buildWeb(root) {
  const built = path.join(root, 'dist', WEB, 'index.html');
  const sources = (await Promise.all(OF_THE_WEB.map((folder) => filesIn(root, folder)))).flat();
  const fresh = await Promise.all(sources.map((file) => isNewer(built, path.join(root, file))));
  if (fresh.every(Boolean)) return;
  const { build: bundle } = await import('vite');
  const { NODE_ENV } = process.env;
  await bundle({ configFile: path.join(root, WEB, 'vite.config.ts'), logLevel: 'warn' });
  // Vite has made it production, for itself; what runs next in this process is what it was.
  if (NODE_ENV === undefined) delete process.env.NODE_ENV;
  else process.env.NODE_ENV = NODE_ENV;
  await compress(path.dirname(built));
}

/** Beside each file what a browser is sent in its place; plain HTTP is asked for gzip alone. */
async function compress(folder) {
  for (const file of await filesIn(folder, '.')) {
    if (!/\.(js|css|html|svg)$/.test(file)) continue;
    const source = path.join(folder, file);
    const bytes = await readFile(source);
    await writeFile(`${source}.br`, await promisify(brotliCompress)(bytes));
    await writeFile(`${source}.gz`, await promisify(gzip)(bytes));
  }
}

async function sourcesOf(root) {
  const files = [];
  for (const folder of FOLDERS) {
    for (const file of await filesIn(root, folder)) {
      if (/\.(spec\.ts|d\.ts|md)$/.test(file)) continue;
      if (!file.startsWith(LEFT_OUT) && !file.startsWith(WEB + path.sep)) files.push(file);
    }
  }
  return files;
}

/** Relative to the root. */
async function filesIn(root, folder) {
  const entries = await readdir(path.join(root, folder), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)));
}

async function isNewer(target, source) {
  try {
    const [built, written] = await Promise.all([stat(target), stat(source)]);
    return built.mtimeMs > written.mtimeMs;
  } catch {
    return false;
  }
}

/** What a deleted or renamed source left behind. */
async function removeStale(dist, wanted) {
  for (const entry of await readdir(dist, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    const isOurs = !file.startsWith(path.join(dist, WEB) + path.sep);
    if (entry.isFile() && isOurs && !wanted.has(file.replace(/\.map$/, ''))) await rm(file);
  }
}
