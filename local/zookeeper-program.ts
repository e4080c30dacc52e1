import { ensureProgram, type Print, type SystemProgram } from './system-package.js';

const ZOOKEEPER: SystemProgram = {
  programs: ['zkServer.sh', 'zkServer'],
  package: 'zookeeper',
  folders: () => ['/usr/share/zookeeper/bin'],
  howToGetIt: 'ZooKeeper is missing: run "sudo apt-get install zookeeper" or "brew install zookeeper".',
};

/**
 * Finds ZooKeeper's `zkServer`; as root on Debian or Ubuntu it installs it, and Java with it.
 * @returns the program's path
 * @throws LocalError, one line that says what to install
 */
export function ensureZooKeeperProgram(print: Print = () => undefined): Promise<string> {
  return ensureProgram(ZOOKEEPER, print);
}
