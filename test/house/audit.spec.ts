import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { temporaryFolder } from '../local/temporary-folder.js';

const PROGRAM = new URL('../../scripts/audit.mjs', import.meta.url).pathname;
interface Ended {
  readonly code?: number;
  readonly stdout: string;
  readonly stderr: string;
}

const SOUND = { version: '1.0.0', integrity: 'sha512-AAAA' };

describe('the audit of the dependencies', () => {
  const folder = temporaryFolder('audit');
  let registry: Server;
  let advisories: Record<string, object[]>;
  let told = 0;

  beforeAll(async () => {
    registry = createServer((request, response) => {
      const isBulk = request.url === '/-/npm/v1/security/advisories/bulk';
      request
        .resume()
        .on('end', () => response.writeHead(isBulk ? 200 : 404).end(JSON.stringify(advisories)));
    });
    await new Promise<void>((resolve) => registry.listen(0, '127.0.0.1', resolve));
  });

  beforeEach(() => {
    advisories = {};
    write('package.json', { name: 'shop', version: '1.0.0', dependencies: { wheel: '1.0.0' } });
    lock({ 'node_modules/wheel': SOUND });
    write('audit-exceptions.json', []);
  });

  afterAll(async () => {
    registry.closeAllConnections();
    await new Promise((resolve) => registry.close(resolve));
    folder.remove();
  });

  const write = (file: string, content: unknown) =>
    writeFileSync(path.join(folder.path, file), JSON.stringify(content));
  const lock = (packages: Record<string, object>) =>
    write('package-lock.json', {
      ...{ name: 'shop', version: '1.0.0', lockfileVersion: 3 },
      packages: { '': { name: 'shop', version: '1.0.0', dependencies: { wheel: '1.0.0' } }, ...packages },
    });
  const tell = (severity: string) => {
    const url = 'https://github.com/advisories/GHSA-aaaa-bbbb-cccc';
    told += 1; // npm remembers what it heard under a number
    advisories = { wheel: [{ id: told, url, title: 'It comes off', severity, vulnerable_versions: '<2' }] };
  };
  const review = (until: string) =>
    write('audit-exceptions.json', [{ advisory: 'GHSA-aaaa-bbbb-cccc', reason: 'it is not turned', until }]);

  async function audit(port = (registry.address() as AddressInfo).port) {
    const env = {
      ...process.env,
      npm_config_registry: `http://127.0.0.1:${port}/`,
      npm_config_cache: folder.path,
    };
    const run = promisify(execFile)(process.execPath, [PROGRAM, folder.path], { env });
    const { code, stdout, stderr }: Ended = await run.catch((error: unknown) => error as Ended);
    return { code: code ?? 0, said: (stdout + stderr).trim() };
  }

  test('passes what is sound, with a registry and without', async () => {
    expect(await audit()).toEqual({ code: 0, said: 'Advisories: 0 grave, 0 reviewed.' });
    const { code, said } = await audit(1);
    expect([code, said]).toEqual([
      0,
      expect.stringMatching(/^Advisories: skipped, the registry does not tell them \(.+\)\.$/),
    ]);
  }, 60_000);

  test.each([
    [{ integrity: undefined }, 'wheel has no integrity: what it contains may change.'],
    [
      { resolved: 'git+ssh://git@example.com/wheel.git#1' },
      'wheel comes from git+ssh://git@example.com/wheel.git#1 and not from whichever registry is asked.',
    ],
    [{ hasInstallScript: true }, 'wheel runs a script as it is installed: name it in allowScripts.'],
  ])(
    'refuses a package with %j',
    async (flaw, problem) => {
      lock({ 'node_modules/wheel': { ...SOUND, ...flaw } });
      const { code, said } = await audit(1);
      expect(code).toBe(1);
      expect(said).toContain(`package-lock.json: ${problem}`);
    },
    60_000,
  );

  test('refuses a grave advisory until somebody has reviewed it, and for as long as that holds', async () => {
    tell('moderate');
    expect(await audit()).toMatchObject({ code: 0 });
    tell('high');
    const refused = {
      code: 1,
      said: expect.stringContaining('wheel: It comes off (high, GHSA-aaaa-bbbb-cccc).') as unknown,
    };
    expect(await audit()).toEqual(refused);
    review('2020-01-31');
    expect(await audit()).toEqual(refused);
    review('2999-01-31');
    expect(await audit()).toEqual({ code: 0, said: 'Advisories: 1 grave, 1 reviewed.' });
    advisories = {};
    expect(await audit()).toMatchObject({ code: 1, said: expect.stringContaining('is settled') as unknown });
  }, 60_000);
});
