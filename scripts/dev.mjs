// `npm run dev`: the service as `npm start` runs it, begun anew when its sources change, behind Vite, which shows a change of
// the pages at once.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { clearTimeout, setTimeout } from 'node:timers';
import { createServer } from 'vite';

const SOURCES = ['apps/api', 'apps/shared', 'apps/worker', 'libs', 'local'];
const PROXIED = ['/v1', '/docs', '/docs-json', '/health', '/metrics'];
const SETTLED_MS = 200;

/** @param {string} root the repository's root */
export async function dev(root) {
  const port = process.env.PORT ?? '3000';
  let service = start(root, port);
  const vite = await createServer({
    configFile: path.join(root, 'apps', 'web', 'vite.config.ts'),
    server: {
      proxy: Object.fromEntries(PROXIED.map((route) => [route, `http://127.0.0.1:${port}`])),
    },
  });
  await vite.listen();
  vite.printUrls();
  let timer;
  vite.watcher.add(SOURCES.map((folder) => path.join(root, folder)));
  vite.watcher.on('all', (_, file) => {
    const isOfService = SOURCES.some((folder) => file.startsWith(path.join(root, folder) + path.sep));
    if (!isOfService || !/\.(ts|sql|lua)$/.test(file)) return;
    clearTimeout(timer);
    timer = setTimeout(async () => {
      console.log(`${path.relative(root, file)} has changed: starting anew …`);
      await stop(service);
      service = start(root, port);
    }, SETTLED_MS);
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.once(signal, async () => {
      clearTimeout(timer);
      await Promise.all([vite.close(), stop(service)]);
      process.exit(0);
    });
  }
}

function start(root, port) {
  const args = [path.join(root, 'scripts', 'run.mjs'), 'start'];
  // In a group of its own: Ctrl-C reaches it through us, once.
  return spawn(process.execPath, args, {
    stdio: 'inherit',
    detached: true,
    env: { ...process.env, PORT: port },
  });
}

function stop(child) {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  child.kill('SIGTERM');
  return new Promise((resolve) => child.once('exit', resolve));
}
