import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { ROOT } from '../compose/files.js';

const FOLDER = path.join(ROOT, 'deploy', 'kubernetes');
export const BASE = path.join(FOLDER, 'base');
export const EXAMPLE = path.join(FOLDER, 'overlays', 'example');

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: Record<string, unknown>;
}

export interface Kustomization {
  readonly resources: readonly string[];
  readonly images?: readonly { readonly name: string }[];
  readonly configMapGenerator: readonly { readonly name: string; readonly literals: readonly string[] }[];
}

export interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string };
}

export interface EnvironmentVariable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: { readonly secretKeyRef: { readonly name: string; readonly optional?: boolean } };
}

export interface Container {
  readonly image: string;
  readonly command?: readonly string[];
  readonly env: readonly EnvironmentVariable[];
  readonly envFrom?: readonly { readonly configMapRef: { readonly name: string } }[];
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
  readonly startupProbe?: Probe;
  readonly livenessProbe?: Probe;
  readonly readinessProbe?: Probe;
  readonly lifecycle?: { readonly preStop: { readonly exec: { readonly command: readonly string[] } } };
  readonly resources: { readonly requests: object; readonly limits: object };
  readonly securityContext: object;
}

export interface PodTemplate {
  readonly metadata: { readonly labels: Readonly<Record<string, string>> };
  readonly spec: {
    readonly automountServiceAccountToken?: boolean;
    readonly terminationGracePeriodSeconds?: number;
    readonly securityContext: object;
    readonly containers: readonly [Container];
  };
}

export function readKustomization(folder: string): Kustomization {
  return parse(readFileSync(path.join(folder, 'kustomization.yaml'), 'utf8')) as Kustomization;
}

/** Every document of the files that a folder's kustomization names. @throws the parser's first error */
export function readManifests(folder: string): Manifest[] {
  const files = readKustomization(folder).resources.filter((name) => name.endsWith('.yaml'));
  return files.flatMap((file) =>
    parseAllDocuments(readFileSync(path.join(folder, file), 'utf8'), { strict: true }).map((document) => {
      if ('errors' in document && document.errors[0]) throw document.errors[0];
      return (document as { toJS: () => unknown }).toJS() as Manifest;
    }),
  );
}

export function filesOf(folder: string): string[] {
  return readdirSync(folder).filter((name) => name !== 'kustomization.yaml');
}

/** @throws where there is none, or more than one */
export function find(manifests: readonly Manifest[], kind: string, name: string): Manifest {
  const found = manifests.filter((each) => each.kind === kind && each.metadata.name === name);
  const [only] = found;
  if (!only || found.length > 1) throw new Error(`${found.length} of ${kind} ${name}.`);
  return only;
}

export function podOf({ spec }: Manifest): PodTemplate {
  return spec.template as PodTemplate;
}

export function settingsOf({ configMapGenerator }: Kustomization): Record<string, string> {
  return Object.fromEntries(
    configMapGenerator
      .flatMap(({ literals }) => literals)
      .map((pair) => pair.split('=', 2) as [string, string]),
  );
}
