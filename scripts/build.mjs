// Compiles the TypeScript of the service, the local servers and the harness to dist/ with SWC, and copies what lies
// beside it (SQL, Lua, the web page). A file that has not changed since the last build is left alone.
import { copyFile, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';

const FOLDERS = ['apps', 'libs', 'client', 'local', 'load', 'bench'];
/** Installed and used where they are; what they contain is none of ours. */
const LEFT_OUT = path.join('bench', 'lock', 'peers') + path.sep;
const COPIED_AS_IT_IS = path.join('apps', 'web') + path.sep;

/** @param {string} root the repository's root */
export async function build(root) {
  const { transformFile } = await import('@swc/core');
  const dist = path.join(root, 'dist');
  const wanted = new Set();
  for (const file of await sourcesOf(root)) {
    const compiled = file.endsWith('.ts') && !file.startsWith(COPIED_AS_IT_IS);
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
}

async function sourcesOf(root) {
  const files = [];
  for (const folder of FOLDERS) {
    const entries = await readdir(path.join(root, folder), { recursive: true, withFileTypes: true });
    for (const entry of entries) {
      if (!entry.isFile() || /\.(spec\.ts|d\.ts|md)$/.test(entry.name)) continue;
      const file = path.relative(root, path.join(entry.parentPath, entry.name));
      if (!file.startsWith(LEFT_OUT)) files.push(file);
    }
  }
  return files;
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
    if (entry.isFile() && !wanted.has(file.replace(/\.map$/, ''))) await rm(file);
  }
}
