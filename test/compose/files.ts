import { cpSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');

export interface ComposeService {
  readonly image?: string;
  readonly build?: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly healthcheck?: { readonly test?: readonly string[]; readonly disable?: boolean };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly restart?: string;
  readonly stop_grace_period?: string;
  readonly profiles?: readonly string[];
}

type ServiceName =
  'postgres' | 'redis' | 'migrate' | 'api' | 'worker' | 'api-2' | 'api-3' | 'worker-2' | 'proxy';

export interface Compose {
  readonly services: Readonly<Record<ServiceName, ComposeService>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

/** docker-compose.yml as Compose reads it: merge keys resolved, variables put in. @throws for a `:?` without a value */
export function readCompose(variables: Readonly<Record<string, string>>): Compose {
  const text = readFileSync(path.join(ROOT, 'docker-compose.yml'), 'utf8');
  return interpolate(parse(text, { merge: true }), variables) as Compose;
}

function interpolate(node: unknown, variables: Readonly<Record<string, string>>): unknown {
  if (typeof node === 'string') return interpolateText(node, variables);
  if (Array.isArray(node)) return node.map((entry) => interpolate(entry, variables));
  if (typeof node !== 'object' || node === null) return node;
  return Object.fromEntries(
    Object.entries(node).map(([name, value]) => [name, interpolate(value, variables)]),
  );
}

function interpolateText(text: string, variables: Readonly<Record<string, string>>): string {
  return text.replace(
    /\$\{(\w+)(?::([-?])([^}]*))?\}/g,
    (_, name: string, operator?: string, rest: string = '') => {
      const value = variables[name];
      if (value) return value;
      if (operator === '?') throw new Error(`required variable ${name} is missing a value: ${rest}`);
      return operator === '-' ? rest : '';
    },
  );
}

/** What .dockerignore lets a build see. @returns the paths that it names, and a copy of all that lies there */
export function buildContext(): { named: string[]; copyTo: (folder: string) => void } {
  const lines = readFileSync(path.join(ROOT, '.dockerignore'), 'utf8').split('\n');
  const patterns = lines.filter((line) => line !== '' && !line.startsWith('#'));
  if (patterns[0] !== '*') throw new Error('.dockerignore must begin with *: what is not named stays out.');
  const named = patterns.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
  const leftOut = patterns.slice(1).filter((line) => !line.startsWith('!'));
  const isSeen = (file: string) =>
    !leftOut.some((pattern) => path.matchesGlob(path.relative(ROOT, file), pattern));
  const copyTo = (folder: string) => {
    for (const name of named)
      cpSync(path.join(ROOT, name), path.join(folder, name), { recursive: true, filter: isSeen });
  };
  return { named, copyTo };
}

export interface Instruction {
  readonly name: string;
  readonly value: string;
}

/** The instructions of the Dockerfile, stage by stage, with continued lines joined and comments left out. */
export function readDockerfile(): Instruction[][] {
  const text = readFileSync(path.join(ROOT, 'Dockerfile'), 'utf8')
    .replace(/^\s*#.*\n/gm, '')
    .replace(/\\\n\s*/g, ' ');
  const stages: Instruction[][] = [];
  for (const line of text.split('\n').filter((candidate) => candidate.trim() !== '')) {
    const [, name = '', value = ''] = /^(\w+)\s+(.*)$/.exec(line) ?? [];
    if (name === 'FROM') stages.push([]);
    stages.at(-1)?.push({ name, value });
  }
  return stages;
}

export function valueOf(stage: readonly Instruction[], name: string): string | undefined {
  return stage.findLast((instruction) => instruction.name === name)?.value;
}

/** `ENV A=1 B=2`, without quotes, as this Dockerfile writes it. */
export function environmentOf(stage: readonly Instruction[]): Record<string, string> {
  const pairs = stage.filter(({ name }) => name === 'ENV').flatMap(({ value }) => value.split(/\s+/));
  return Object.fromEntries(pairs.map((pair) => pair.split('=', 2) as [string, string]));
}
