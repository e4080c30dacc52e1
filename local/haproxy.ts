import path from 'node:path';
import { accepts, freePort } from './ports.js';
import { startProgram, type PortProgram } from './program.js';
import { PROJECT_ROOT } from './root.js';
import { ensureProgram, type Print, type SystemProgram } from './system-package.js';

export const HAPROXY: SystemProgram = {
  programs: ['haproxy'],
  package: 'haproxy',
  service: 'haproxy',
  howToGetIt: 'HAProxy is missing: run "sudo apt-get install haproxy" or "brew install haproxy".',
};
const CONFIGURATION = path.join(PROJECT_ROOT, 'deploy', 'haproxy', 'haproxy.cfg');

/**
 * HAProxy on 127.0.0.1 with the configuration of `deploy/haproxy`, in front of three processes of the API.
 * @param apiPorts theirs, on 127.0.0.1
 * @throws LocalError when it is missing and cannot be installed, or with the last lines of its log
 */
export async function startHaproxy(
  apiPorts: readonly [number, number, number],
  { directory, print = () => undefined }: { readonly directory: string; readonly print?: Print },
): Promise<PortProgram> {
  const haproxy = await ensureProgram(HAPROXY, print);
  const port = await freePort();
  const servers = apiPorts.map((apiPort, index) => [`API_${index + 1}`, `127.0.0.1:${apiPort}`] as const);
  const program = await startProgram({
    title: 'HAProxy',
    directory,
    command: [haproxy, '-db', '-f', CONFIGURATION],
    env: { LISTEN: `127.0.0.1:${port}`, ...Object.fromEntries(servers) },
    ready: () => accepts(port),
  });
  return { ...program, port };
}
