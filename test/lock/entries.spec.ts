import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const ROOT = path.resolve(import.meta.dirname, '../..');
/** What each entry may need of what a shop has installed. */
const NEEDS: Record<string, readonly string[]> = {
  '.': [],
  './redis': ['ioredis'],
  './redlock': ['ioredis', 'redlock'],
  './postgres': ['pg'],
  './etcd': [],
  './zookeeper': [],
  './memory': [],
  './nest': ['@nestjs/common', '@nestjs/core', 'reflect-metadata', 'rxjs'],
  './metrics': ['prom-client'],
  './conformance': [],
};

/**
 * As a shop would have it: the compiled library in a node_modules of its own, and nothing that it was not given. It lies
 * outside of the project, whose own node_modules would otherwise be found.
 */
describe('the library as a package', () => {
  let shop: string;
  const library = () => path.join(shop, 'node_modules', '@holdfast', 'lock');
  beforeAll(() => {
    shop = mkdtempSync('/tmp/holdfast-shop-');
    mkdirSync(path.dirname(library()), { recursive: true });
    cpSync(path.join(ROOT, 'dist/libs/lock'), library(), { recursive: true });
  });
  afterAll(() => rmSync(shop, { recursive: true, force: true }));

  const load = (entry: string): string =>
    execFileSync(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `console.log(Object.keys(await import('@holdfast/lock${entry.slice(1)}')))`,
      ],
      { cwd: shop, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] },
    );
  const install = (name: string): void => {
    const target = path.join(shop, 'node_modules', name);
    mkdirSync(path.dirname(target), { recursive: true });
    symlinkSync(path.join(ROOT, 'node_modules', name), target);
  };

  it('names every entry, and every client as an optional peer', () => {
    const text = readFileSync(path.join(library(), 'package.json'), 'utf8');
    const { exports, peerDependencies, peerDependenciesMeta } = JSON.parse(text) as {
      exports: Record<string, string>;
      peerDependencies: Record<string, string>;
      peerDependenciesMeta: Record<string, { optional: boolean }>;
    };
    expect(Object.keys(exports)).toEqual(Object.keys(NEEDS));
    expect(Object.keys(peerDependenciesMeta)).toEqual(Object.keys(peerDependencies));
  });

  it('loads its core, and what needs no client, where nothing else is installed', () => {
    expect(load('.')).toContain('LockManager');
    expect(load('./memory')).toContain('MemoryLockProvider');
    expect(load('./etcd')).toContain('EtcdLockProvider');
    expect(load('./conformance')).toContain('describeConformance');
  });

  it.each(Object.entries(NEEDS).filter(([, needs]) => needs.length > 0))(
    'loads %s with %j, and says what is missing without',
    (entry, needs) => {
      rmSync(path.join(shop, 'node_modules', needs[0]?.split('/')[0] ?? ''), {
        recursive: true,
        force: true,
      });
      expect(() => load(entry)).toThrow(new RegExp(`Cannot find package '(${needs.join('|')})'`));
      for (const name of needs) {
        rmSync(path.join(shop, 'node_modules', name), { recursive: true, force: true });
        install(name);
      }
      expect(load(entry)).not.toBe('');
    },
  );
});
