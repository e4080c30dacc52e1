import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Holds package.json and lock of what we measure against: it is installed at the first run, and nowhere else. */
const FOLDER = folderOfPeers();
const PROGRESS_MS = 5_000;

/** For NODE_PATH of a process that opens contestants: the two functions that Medusa's provider takes from its framework. */
export const STAND_INS = path.join(FOLDER, 'stand-in');

/** @throws Error when it is not installed: `installPeers` */
export function requirePeer(name: string): unknown {
  return createRequire(path.join(FOLDER, 'package.json'))(name);
}

/** The versions that the lock names, by package. */
export function peerVersions(): Record<string, string> {
  const { dependencies } = read('package.json') as { dependencies: Record<string, string> };
  return dependencies;
}

/**
 * Installs exactly what the peers' lock says, unless that has been done.
 * @throws Error with the end of npm's output
 */
export async function installPeers(print: (line: string) => void, signal: AbortSignal): Promise<void> {
  if (areInstalled()) return;
  const startedMs = performance.now();
  const seconds = () => Math.round((performance.now() - startedMs) / 1000);
  print('Installing what we measure against into bench/lock/peers (once, 13 packages) …');
  const progress = setInterval(() => print(`  … still installing, ${seconds()} s`), PROGRESS_MS);
  try {
    await npmCi(signal);
  } finally {
    clearInterval(progress);
  }
  print(`Installed in ${seconds()} s.`);
}

function npmCi(signal: AbortSignal): Promise<void> {
  // Nothing of it needs an installation script.
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const npm = spawn('npm', args, { cwd: FOLDER, signal, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [npm.stdout, npm.stderr]) {
    stream.on('data', (data: Buffer) => (output = `${output}${data.toString()}`.slice(-2_000)));
  }
  return new Promise((resolve, reject) => {
    npm.once('error', reject);
    npm.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`npm ci in bench/lock/peers failed (exit ${code ?? 'none'}):\n${output}`));
    });
  });
}

/** npm notes at the end of every installation what it installed. */
function areInstalled(): boolean {
  const wanted = read('package-lock.json').packages as Packages;
  const present = (read(path.join('node_modules', '.package-lock.json')).packages ?? {}) as Packages;
  return Object.entries(wanted).every(
    ([place, { version }]) => place === '' || present[place]?.version === version,
  );
}

type Packages = Readonly<Record<string, { readonly version: string }>>;

function read(file: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(readFileSync(path.join(FOLDER, file), 'utf8')) as Record<string, unknown>;
  } catch {
    return {};
  }
}

/** Walking up, since this file runs from bench/lock and from dist/bench/lock, which has no copy of it. */
function folderOfPeers(): string {
  let folder = path.dirname(fileURLToPath(import.meta.url));
  while (!existsSync(path.join(folder, 'bench', 'lock', 'peers', 'package.json'))) {
    const parent = path.dirname(folder);
    if (parent === folder) throw new Error('There is no bench/lock/peers above the benchmark.');
    folder = parent;
  }
  return path.join(folder, 'bench', 'lock', 'peers');
}
