import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { loadConfig, loadWorkerConfig, Metrics, SETTINGS } from '#platform';
import { environmentOf, readCompose, readDockerfile, ROOT, valueOf } from '../compose/files.js';
import {
  BASE,
  EXAMPLE,
  filesOf,
  find,
  podOf,
  readKustomization,
  readManifests,
  settingsOf,
  type Container,
  type Probe,
} from './manifests.js';

// No cluster is at hand where the tests run, so its files are held against what they rely on.

const DRAIN_SEC = 10;
const base = readManifests(BASE);
const example = readManifests(EXAMPLE);
const api = find(base, 'Deployment', 'holdfast-api');
const worker = find(base, 'Deployment', 'holdfast-worker');
const migrate = find(base, 'Job', 'holdfast-migrate');
const containerOf = (manifest: typeof api): Container => podOf(manifest).spec.containers[0];
const WORKLOADS = [
  ['api', api],
  ['worker', worker],
  ['migrate', migrate],
] as const;
const image = readDockerfile().at(-1) ?? [];
const settings = { ...settingsOf(readKustomization(BASE)), ...settingsOf(readKustomization(EXAMPLE)) };
const { paths } = JSON.parse(readFileSync(path.join(ROOT, 'client', 'openapi.json'), 'utf8')) as {
  paths: Record<string, unknown>;
};
const compose = readCompose(
  Object.fromEntries(
    ['POSTGRES_PASSWORD', 'BUYER_JWT_SECRET', 'ADMIN_API_KEY', 'PAYMENT_WEBHOOK_SECRET'].map((name) => [
      name,
      'a-secret-of-the-tests',
    ]),
  ),
).services;

/** What the container's process finds, with something plausible for every secret. */
function environmentIn({ env, envFrom }: Container): Record<string, string> {
  const PLAUSIBLE: Record<string, string> = { DATABASE_URL: 'postgres://x', REDIS_URL: 'redis://x' };
  const own = env.map(({ name, value }) => [name, value ?? PLAUSIBLE[name] ?? 'a-secret-of-the-tests']);
  return {
    ...environmentOf(image),
    ...(envFrom ? settings : {}),
    ...(Object.fromEntries(own) as Record<string, string>),
  };
}

describe('the files', () => {
  test.each([
    ['base', BASE],
    ['example', EXAMPLE],
  ])('of the %s are all named by its kustomization', (_, folder) => {
    const named = readKustomization(folder).resources.filter((name) => name.endsWith('.yaml'));
    expect(filesOf(folder).sort()).toEqual([...named].sort());
  });

  test('have no secret in them, and name no resource twice', () => {
    const all = [...base, ...example];
    expect(all.filter(({ kind }) => kind === 'Secret')).toEqual([]);
    const names = all.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('the configuration', () => {
  test.each(WORKLOADS)('%s is given nothing but known settings, secrets by reference', (_, workload) => {
    const known = Object.values(SETTINGS).map(({ variable }) => variable);
    const secret = Object.values(SETTINGS).filter((setting) => 'secret' in setting && setting.secret);
    const secrets = secret.map(({ variable }) => variable);
    for (const { name, value, valueFrom } of containerOf(workload).env) {
      expect(known).toContain(name);
      expect([name, value === undefined && valueFrom !== undefined]).toEqual([name, secrets.includes(name)]);
    }
    for (const name of Object.keys(settings)) expect(known).toContain(name);
    for (const name of Object.keys(settings)) expect(secrets).not.toContain(name);
  });

  test('API and worker accept it, in production', () => {
    expect(loadConfig(environmentIn(containerOf(api)))).toMatchObject({ production: true, host: '0.0.0.0' });
    const ofWorker = environmentIn(containerOf(worker));
    expect(loadWorkerConfig(ofWorker)).toMatchObject({ production: true });
    expect(ofWorker).not.toHaveProperty('BUYER_JWT_SECRET');
  });

  test('the database lets all of them in', () => {
    const { databasePoolSize } = loadConfig(environmentIn(containerOf(api)));
    const { maxReplicas } = find(base, 'HorizontalPodAutoscaler', 'holdfast-api').spec as {
      maxReplicas: number;
    };
    const { parameters } = find(example, 'Cluster', 'holdfast-postgres').spec.postgresql as {
      parameters: { max_connections: string };
    };
    const processes = maxReplicas + 1 + (worker.spec.replicas as number) + 1; // each with the surge of a rollout
    expect(Number(parameters.max_connections)).toBeGreaterThan(processes * 2 * databasePoolSize);
  });

  test('the address of the database is what its operator writes', () => {
    const cluster = find(example, 'Cluster', 'holdfast-postgres').metadata.name;
    for (const [, workload] of WORKLOADS) {
      const url = containerOf(workload).env.find(({ name }) => name === 'DATABASE_URL');
      expect(url?.valueFrom?.secretKeyRef).toEqual({ name: `${cluster}-app`, key: 'uri' });
    }
  });
});

describe('the processes', () => {
  test('run what the image has, by the commands of docker-compose.yml', () => {
    expect(containerOf(api).command).toBeUndefined(); // the image's own
    expect(containerOf(worker).command).toEqual(compose.worker.command);
    expect(containerOf(migrate).command).toEqual(compose.migrate.command);
    for (const [, workload] of WORKLOADS) expect(containerOf(workload).image).toBe('holdfast');
    expect(readKustomization(EXAMPLE).images).toMatchObject([{ name: 'holdfast' }]);
  });

  test.each(WORKLOADS)('%s has no right that it does not need, and a share of the machine', (_, workload) => {
    const { spec } = podOf(workload);
    expect(spec.automountServiceAccountToken).toBe(false);
    // by number: a name, as the image has it, cannot be told from root's
    expect(valueOf(image, 'USER')).toBe('node');
    expect(spec.securityContext).toEqual({
      runAsNonRoot: true,
      runAsUser: 1000,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(containerOf(workload).securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(Object.keys(containerOf(workload).resources.requests)).toEqual(['cpu', 'memory']);
    expect(Object.keys(containerOf(workload).resources.limits)).toEqual(['memory']);
  });

  test.each(WORKLOADS.slice(0, 2))('%s is asked for its health where it answers', (_, workload) => {
    const container = containerOf(workload);
    const port = loadConfig(environmentIn(containerOf(api))).port;
    expect(container.ports).toEqual([{ name: 'http', containerPort: port }]);
    const asked = (probe?: Probe) => [probe?.httpGet.path, probe?.httpGet.port];
    expect(asked(container.startupProbe)).toEqual(['/health/live', 'http']);
    expect(asked(container.livenessProbe)).toEqual(['/health/live', 'http']); // never readiness: stores may be away
    expect(asked(container.readinessProbe)).toEqual(['/health/ready', 'http']);
    expect(Object.keys(paths)).toEqual(expect.arrayContaining(['/health/live', '/health/ready']));
  });

  test.each(WORKLOADS.slice(0, 2))('%s has longer to stop than it takes to drain', (_, workload) => {
    const [program, seconds = '0'] = containerOf(workload).lifecycle?.preStop.exec.command ?? ['sleep'];
    expect(program).toBe('sleep');
    const { terminationGracePeriodSeconds = 0 } = podOf(workload).spec;
    expect(terminationGracePeriodSeconds).toBeGreaterThanOrEqual(Number(seconds) + DRAIN_SEC + 5);
  });
});

describe('the replicas', () => {
  const labelsOf = (workload: typeof api) => podOf(workload).metadata.labels;

  test('are found by those who select them', () => {
    const selected = (kind: string, name: string, workload: typeof api) => {
      const { selector, podSelector } = find(base, kind, name).spec as Record<
        string,
        { matchLabels: object }
      >;
      expect(labelsOf(workload)).toEqual((selector ?? podSelector)?.matchLabels ?? selector);
    };
    for (const kind of ['Deployment', 'PodDisruptionBudget', 'NetworkPolicy']) {
      selected(kind, 'holdfast-api', api);
      selected(kind, 'holdfast-worker', worker);
    }
    const service = find(base, 'Service', 'holdfast-api').spec;
    expect(service.selector).toEqual(labelsOf(api));
    expect(service.ports).toMatchObject([{ targetPort: 'http' }]);
  });

  test('may be moved one at a time, and are several', () => {
    for (const name of ['holdfast-api', 'holdfast-worker'])
      expect(find(base, 'PodDisruptionBudget', name).spec.maxUnavailable).toBe(1);
    expect(find(base, 'HorizontalPodAutoscaler', 'holdfast-api').spec.minReplicas).toBe(3);
    expect(api.spec.replicas).toBeUndefined(); // the autoscaler's
    expect(worker.spec.replicas).toBe(2);
  });

  test('grow by a metric that there is', () => {
    const { scaleTargetRef, metrics } = find(base, 'HorizontalPodAutoscaler', 'holdfast-api').spec as {
      scaleTargetRef: object;
      metrics: { pods?: { metric: { name: string } } }[];
    };
    expect(scaleTargetRef).toEqual({ apiVersion: 'apps/v1', kind: 'Deployment', name: 'holdfast-api' });
    const names = metrics.flatMap(({ pods }) => (pods ? [pods.metric.name] : []));
    expect(names).toEqual(['holdfast_orders_waiting']);
    const { registry } = new Metrics();
    for (const name of names) expect(registry.getSingleMetric(name)).toBeDefined();
    const monitor = find(example, 'PodMonitor', 'holdfast').spec;
    expect(monitor.podMetricsEndpoints).toMatchObject([{ port: 'http', path: '/metrics' }]);
    expect(paths).toHaveProperty('/metrics');
  });
});
