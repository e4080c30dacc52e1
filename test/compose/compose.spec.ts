import { execFile } from 'node:child_process';
import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { freePort, NODE_OPTIONS, startService } from '#local';
import { loadConfig, loadWorkerConfig, SETTINGS } from '#platform';
import { cloneDatabase, testRedisUrl } from '../support/database.js';
import { temporaryFolder } from '../local/temporary-folder.js';
import { buildContext, environmentOf, readCompose, readDockerfile, ROOT, valueOf } from './files.js';

// Docker cannot run everywhere the tests do, so its files are held against what they rely on.

const SECRETS = {
  POSTGRES_PASSWORD: '0123456789abcdef',
  BUYER_JWT_SECRET: 'a-secret-of-at-least-32-characters',
  ADMIN_API_KEY: 'an-administrator',
  PAYMENT_WEBHOOK_SECRET: 'signs-what-the-provider-tells',
};
const compose = readCompose(SECRETS);
const { postgres, redis, migrate, api, worker, proxy } = compose.services;
const stages = readDockerfile();
const image = stages.at(-1) ?? [];
const imageEnvironment = environmentOf(image);
const apiEnvironment = { ...imageEnvironment, ...api.environment };
const variables = new Set<string>(Object.values(SETTINGS).map((setting) => setting.variable));

describe('the configuration', () => {
  test.each([
    ['the image', imageEnvironment],
    ['api', api.environment],
    ['migrate', migrate.environment],
    ['worker', worker.environment],
  ])('%s sets nothing but known settings', (_, environment) => {
    expect(Object.keys(environment ?? {}).filter((name) => !variables.has(name))).toEqual([]);
  });

  test('the service accepts it, in production', () => {
    const config = loadConfig(apiEnvironment);
    expect(config).toMatchObject({ production: true, host: '0.0.0.0', guestBuyers: true, logLevel: 'info' });
    expect(config.strategy).toBe(
      loadConfig({ ...SECRETS, DATABASE_URL: 'postgres://x', REDIS_URL: 'redis://x' }).strategy,
    );
  });

  test('so does the worker, without a secret of the API', () => {
    const config = loadWorkerConfig({ ...imageEnvironment, ...worker.environment });
    expect(config).toMatchObject({ production: true, port: loadConfig(apiEnvironment).port }); // its health check's
    expect(Object.keys(worker.environment ?? {})).not.toContain('BUYER_JWT_SECRET');
  });

  test.each(Object.keys(SECRETS))('without %s it does not come up', (name) => {
    expect(() => readCompose({ ...SECRETS, [name]: '' })).toThrow(`required variable ${name}`);
  });

  test('no secret has a value of its own', () => {
    const text = readFileSync(path.join(ROOT, 'docker-compose.yml'), 'utf8');
    for (const name of Object.keys(SECRETS))
      expect(text).not.toMatch(new RegExp(`^ +${name}: (?!\\$\\{${name}:\\?)`, 'm'));
  });

  test('service and migration reach the stores by their names', () => {
    const {
      POSTGRES_USER: user,
      POSTGRES_DB: database,
      POSTGRES_PASSWORD: password,
    } = postgres.environment ?? {};
    const url = `postgres://${user ?? ''}:${password ?? ''}@postgres:5432/${database ?? ''}`;
    expect(api.environment?.DATABASE_URL).toBe(url);
    expect(migrate.environment?.DATABASE_URL).toBe(url);
    expect(worker.environment?.DATABASE_URL).toBe(url);
    for (const { environment } of [api, worker]) expect(environment?.REDIS_URL).toBe('redis://redis:6379');
  });
});

describe('the image', () => {
  test('what it builds on is pinned to a major version', () => {
    const bases = stages.map((stage) => (valueOf(stage, 'FROM') ?? '').split(' ')[0] ?? '');
    for (const name of [...bases, postgres.image, redis.image])
      expect(name).toMatch(/^[a-z]+:\d+(-[a-z-]+)?$/);
    expect(new Set(bases).size).toBe(1); // native modules are built for the Node that runs them
  });

  test('it does not run as root', () => {
    expect(valueOf(image, 'USER')).toMatch(/^(?!root$|0$)\S+$/);
  });

  test('service and migration are files that the build makes', () => {
    const start = JSON.parse(valueOf(image, 'CMD') ?? '') as string[];
    expect(start.slice(1, -1)).toEqual(NODE_OPTIONS); // as it is started, and measured, everywhere else
    for (const command of [start, migrate.command ?? [], worker.command ?? []]) {
      const [program, file = ''] = [command[0], command.at(-1)];
      expect(program).toBe('node');
      expect(file).toMatch(/^dist\/apps\/(api|worker)\/\w+\.js$/);
      expect(existsSync(path.join(ROOT, file.replace(/^dist\//, '').replace(/\.js$/, '.ts')))).toBe(true);
    }
    const copied = image.filter(({ name }) => name === 'COPY').map(({ value }) => value.split(' ').at(-1));
    expect(copied).toEqual(expect.arrayContaining(['./', './node_modules', './dist/apps', './dist/libs']));
  });

  test('the port that is published is the one it listens on', () => {
    const port = String(loadConfig(apiEnvironment).port);
    expect(valueOf(image, 'EXPOSE')).toBe(port);
    expect(api.ports).toEqual([`127.0.0.1:3000:${port}`]);
  });

  test('the build sees all that it needs, and neither local state nor secrets', async () => {
    const context = buildContext();
    for (const name of context.named) expect(existsSync(path.join(ROOT, name))).toBe(true);
    for (const name of ['.env', '.data', '.git']) expect(context.named).not.toContain(name);
    const folder = temporaryFolder('image');
    try {
      context.copyTo(folder.path);
      symlinkSync(path.join(ROOT, 'node_modules'), path.join(folder.path, 'node_modules'));
      const build = "const { build } = await import('./scripts/build.mjs'); await build(process.cwd());";
      await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', build], {
        cwd: folder.path,
      });
      const made = ['api/main.js', 'api/migrate.js', 'worker/main.js', 'web/index.html'];
      for (const file of made) expect(existsSync(path.join(folder.path, 'dist/apps', file))).toBe(true);
    } finally {
      folder.remove();
    }
  }, 120_000);

  test('its health check tells a service that is ready from one that is not', async () => {
    const [, command = ''] = /CMD (\[.*\])$/.exec(valueOf(image, 'HEALTHCHECK') ?? '') ?? [];
    const [program = '', ...args] = JSON.parse(command) as string[];
    expect(program).toBe('node');
    const check = (port: number) =>
      promisify(execFile)(process.execPath, args, { env: { PORT: String(port) } }).then(
        () => 'healthy',
        () => 'unhealthy',
      );
    const database = await cloneDatabase();
    const service = await startService({
      env: { ...SECRETS, DATABASE_URL: database.url, REDIS_URL: testRedisUrl(), LOG_LEVEL: 'silent' },
    });
    try {
      expect(await check(service.port)).toBe('healthy');
      expect(await check(await freePort())).toBe('unhealthy');
    } finally {
      await service.stop();
      await database.drop();
    }
  });
});

describe('the cluster', () => {
  const { 'api-2': second, 'api-3': third, 'worker-2': secondWorker } = compose.services;

  test('is four services more, which a plain start leaves out', () => {
    const names = Object.entries(compose.services).flatMap(([name, { profiles }]) =>
      profiles ? [name] : [],
    );
    expect(names).toEqual(['api-2', 'api-3', 'worker-2', 'proxy']);
    for (const { profiles } of [second, third, secondWorker, proxy]) expect(profiles).toEqual(['cluster']);
  });

  test('its processes are like the first, but for the port that is published', () => {
    for (const replica of [second, third])
      expect(replica).toEqual({ ...api, profiles: ['cluster'], ports: [] });
    expect(secondWorker).toEqual({ ...worker, profiles: ['cluster'] });
  });

  test('the proxy knows each of them by its name, and waits until it is ready', () => {
    const text = readFileSync(path.join(ROOT, 'deploy', 'haproxy', 'haproxy.cfg'), 'utf8');
    const wanted = new Set([...text.matchAll(/"\$\{(\w+)\}"$/gm)].map(([, name]) => name));
    expect(Object.keys(proxy.environment ?? {})).toEqual([...wanted]);
    const port = String(loadConfig(apiEnvironment).port);
    const { LISTEN, ...apis } = proxy.environment ?? {};
    expect(Object.values(apis)).toEqual(['api', 'api-2', 'api-3'].map((name) => `${name}:${port}`));
    expect(proxy.ports).toEqual([`127.0.0.1:8080:${LISTEN?.replace('*:', '') ?? ''}`]);
    expect(Object.values(proxy.depends_on ?? {})).toEqual(Array(3).fill({ condition: 'service_healthy' }));
    expect(proxy.volumes?.[0]).toMatch(/^\.\/deploy\/haproxy\/haproxy\.cfg:.*:ro$/);
    expect(proxy.image).toMatch(/^haproxy:\d+\.\d+$/);
  });

  test('the API believes the proxy, and the database lets all of them in', () => {
    const { trustedProxies, databasePoolSize } = loadConfig(apiEnvironment);
    expect(trustedProxies).toEqual(['uniquelocal']);
    const [, connections = 0] = /max_connections=(\d+)/.exec(postgres.command?.join(' ') ?? '') ?? [];
    expect(Number(connections)).toBeGreaterThan(5 * 2 * databasePoolSize);
  });
});

describe('the order of things', () => {
  test('the service starts after the migration has completed, and that after PostgreSQL answers', () => {
    expect(migrate.depends_on).toEqual({ postgres: { condition: 'service_healthy' } });
    for (const { depends_on } of [api, worker]) {
      expect(depends_on).toEqual({
        postgres: { condition: 'service_healthy' },
        redis: { condition: 'service_healthy' },
        migrate: { condition: 'service_completed_successfully' },
      });
    }
    expect(migrate.restart).toBe('no'); // a step that restarted for ever would never complete
    for (const store of [postgres, redis]) expect(store.healthcheck?.test?.[0]).toBe('CMD');
  });

  test('the service has longer to stop than it takes to drain', () => {
    for (const { stop_grace_period } of [api, worker])
      expect(Number.parseInt(stop_grace_period ?? '', 10)).toBeGreaterThan(10);
  });

  test('what PostgreSQL keeps outlives its container', () => {
    expect(postgres.volumes).toEqual(['postgres-data:/var/lib/postgresql']); // where images from 18 on keep it
    expect(compose.volumes).toHaveProperty('postgres-data');
  });
});
