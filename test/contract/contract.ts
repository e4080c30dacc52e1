import { readFileSync } from 'node:fs';
import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import { differencesBetween, type Document } from '../../apps/api/contract/differences.js';

const FILE = new URL('../../client/openapi.json', import.meta.url);
const METHODS = ['get', 'post', 'patch', 'put', 'delete'];

interface MediaType {
  readonly schema: object;
}
interface ResponseObject {
  readonly $ref?: string;
  readonly content?: Readonly<Record<string, MediaType>>;
}
interface OpenApi extends Document {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { responses: Record<string, ResponseObject> }>>>
  >;
  readonly components: Readonly<Record<'schemas' | 'responses', Readonly<Record<string, object>>>>;
}

/** The committed document, held against what a service really answers. */
export class Contract {
  private faults: string[] = [];
  private readonly document = JSON.parse(readFileSync(FILE, 'utf8')) as OpenApi;
  private readonly visited = new Set<string>();
  private readonly ajv = new Ajv({ strict: false, allErrors: true });

  constructor() {
    addFormats.default(this.ajv);
    this.ajv.addSchema(closed(this.document), 'openapi.json');
  }

  /** Where a served document is not the committed one. */
  differencesFrom(served: unknown): string[] {
    return differencesBetween(this.document, served as Document);
  }

  /** `GET /v1/sales`, of each operation that no answer has been seen of. */
  unvisited(): string[] {
    const all = Object.entries(this.document.paths).flatMap(([path, item]) =>
      METHODS.filter((method) => method in item).map((method) => `${method.toUpperCase()} ${path}`),
    );
    return all.filter((operation) => !this.visited.has(operation));
  }

  /** Sends a request, and notes the faults of its answer. */
  readonly fetch = async (request: Request): Promise<Response> => {
    const response = await fetch(request);
    const path = this.pathOf(new URL(request.url).pathname);
    const operation = `${request.method} ${path}`;
    this.visited.add(operation);
    const found = await this.faultsOfAnswer(response, [path, request.method.toLowerCase()]);
    this.faults.push(...found.map((fault) => `${operation} ${response.status}: ${fault}`));
    return response;
  };

  /** What the answers since the last time had or lacked against the document, a line each. */
  takeFaults(): string[] {
    const taken = this.faults;
    this.faults = [];
    return taken;
  }

  /** The same of a value, against the schema of that name. */
  faultsOf(schema: string, value: unknown): string[] {
    return this.validate(`#/components/schemas/${schema}`, value);
  }

  private async faultsOfAnswer(response: Response, [path, method]: [string, string]): Promise<string[]> {
    const documented = this.document.paths[path]?.[method]?.responses[response.status];
    if (!documented) return ['the document does not have this status'];
    const pointer = documented.$ref ?? pointerTo('paths', path, method, 'responses', `${response.status}`);
    const { content } = (documented.$ref ? this.shared(documented.$ref) : documented) as ResponseObject;
    const type = (response.headers.get('content-type') ?? '').split(';', 1)[0] ?? '';
    if (!content) return (await response.clone().text()) === '' ? [] : ['the document has no body'];
    if (!content[type]) return [`the document does not have ${type}`];
    if (!type.endsWith('json')) return [];
    return this.validate(
      `${pointer}${pointerTo('content', type, 'schema').slice(1)}`,
      await response.clone().json(),
    );
  }

  private validate(pointer: string, value: unknown): string[] {
    const id = `openapi.json${pointer}`;
    const validate: ValidateFunction = this.ajv.getSchema(id) ?? this.ajv.compile({ $ref: id });
    if (validate(value)) return [];
    return (validate.errors ?? []).map(({ instancePath, message, params }) =>
      [instancePath, message, JSON.stringify(params)].join(' '),
    );
  }

  private shared(reference: string): object | undefined {
    return this.document.components.responses[reference.split('/').at(-1) ?? ''];
  }

  /** The documented path; one that names the place wins over one with an id there. */
  private pathOf(pathname: string): string {
    const fits = (path: string) => new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`).test(pathname);
    const paths = Object.keys(this.document.paths).filter(fits);
    return paths.find((path) => path === pathname) ?? paths[0] ?? pathname;
  }
}

function pointerTo(...names: string[]): string {
  const escaped = names.map((name) => encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1')));
  return `#/${escaped.join('/')}`;
}

/** With no more members than the document lists: a client may hear of others, but not from a service of this document. */
function closed<T>(schema: T, isPart = false): T {
  if (Array.isArray(schema)) return schema.map((part: unknown) => closed(part, isPart)) as T;
  if (typeof schema !== 'object' || schema === null) return schema;
  const members = Object.entries(schema).map(([name, member]) => [
    name,
    closed<unknown>(member, name === 'allOf'),
  ]);
  const isOpen = isPart || !('properties' in schema) || 'additionalProperties' in schema;
  return { ...Object.fromEntries(members), ...(isOpen ? {} : { additionalProperties: false }) } as T;
}
