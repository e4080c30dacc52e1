import { ensureProgram, type Print, type SystemProgram } from './system-package.js';

const ETCD: SystemProgram = {
  programs: ['etcd'],
  package: 'etcd-server',
  service: 'etcd',
  howToGetIt: 'etcd is missing: run "sudo apt-get install etcd-server" or "brew install etcd".',
};

/**
 * Finds `etcd`; as root on Debian or Ubuntu it installs it.
 * @returns the program's path
 * @throws LocalError, one line that says what to install
 */
export function ensureEtcdProgram(print: Print = () => undefined): Promise<string> {
  return ensureProgram(ETCD, print);
}
