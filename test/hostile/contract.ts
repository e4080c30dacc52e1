/** What of the OpenAPI document these tests read. */
export interface Schema {
  readonly $ref?: string;
  readonly allOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly type?: string;
  readonly nullable?: boolean;
  readonly format?: string;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly items?: Schema;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema;
}

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: boolean;
}

export interface Operation {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
}

export interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const TIME = /^\d{4}-\d\d-\d\dT/;

/** The service's own word on which routes there are and what they take. */
export class Contract {
  constructor(private readonly document: OpenApi) {}

  /** Such as `POST /v1/orders`. */
  get routes(): string[] {
    return Object.entries(this.document.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
  }

  operation(route: string): Operation {
    const [method = '', path = ''] = route.split(' ');
    const operation = this.document.paths[path]?.[method.toLowerCase()];
    if (!operation) throw new Error(`The document has no ${route}.`);
    return operation;
  }

  bodyOf(route: string): Schema | undefined {
    return this.operation(route).requestBody?.content['application/json']?.schema;
  }

  namesOf(route: string, place: Parameter['in']): string[] {
    const parameters = this.operation(route).parameters ?? [];
    return parameters.flatMap((parameter) => (parameter.in === place ? [parameter.name] : []));
  }

  /** Whether a request to the route has to have the parameter. */
  needs(route: string, name: string): boolean {
    return this.operation(route).parameters?.some((each) => each.name === name && each.required) === true;
  }

  /** The body without what may be left out of it. */
  bareOf(route: string, body: Record<string, unknown>): Record<string, unknown> {
    const schema = this.bodyOf(route) ?? {};
    const required = (schema.$ref === undefined ? schema : this.resolve(schema.$ref)).required ?? [];
    return Object.fromEntries(Object.entries(body).filter(([name]) => required.includes(name)));
  }

  /** Whether the document lets such a value in. What it does not say it does not forbid. */
  allows(schema: Schema, value: unknown): boolean {
    if (schema.$ref !== undefined) return this.allows(this.resolve(schema.$ref), value);
    if (schema.nullable === true && value === null) return true;
    if (schema.allOf?.some((part) => !this.allows(part, value))) return false;
    if (schema.oneOf && !schema.oneOf.some((part) => this.allows(part, value))) return false;
    if (schema.enum && !schema.enum.includes(value)) return false;
    switch (schema.type) {
      case 'string':
        return typeof value === 'string' && isTextOf(schema, value);
      case 'integer':
        return Number.isInteger(value) && isWithin(value as number, schema.minimum, schema.maximum);
      case 'number':
        return Number.isFinite(value) && isWithin(value as number, schema.minimum, schema.maximum);
      case 'boolean':
        return typeof value === 'boolean';
      case 'array':
        return Array.isArray(value) && this.allowsList(schema, value);
      case 'object':
        if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
        return schema.allOf !== undefined || this.allowsMembers(schema, value); // its parts have said what it has
      default:
        return true;
    }
  }

  /** Every member that the schema names, those of its members included: `lines.0.itemId`. */
  membersOf(schema: Schema, path = ''): string[] {
    if (schema.$ref !== undefined) return this.membersOf(this.resolve(schema.$ref), path);
    const inner = schema.allOf?.[0] ?? schema;
    if (inner !== schema) return this.membersOf(inner, path);
    if (schema.items) return this.membersOf(schema.items, `${path}0.`);
    return Object.entries(schema.properties ?? {}).flatMap(([name, member]) => [
      `${path}${name}`,
      ...this.membersOf(member, `${path}${name}.`),
    ]);
  }

  private resolve(reference: string): Schema {
    const schema = this.document.components.schemas[reference.split('/').at(-1) ?? ''];
    if (!schema) throw new Error(`The document has no ${reference}.`);
    return schema;
  }

  private allowsList({ items, minItems, maxItems }: Schema, list: readonly unknown[]): boolean {
    return (
      isWithin(list.length, minItems, maxItems) && list.every((each) => !items || this.allows(items, each))
    );
  }

  private allowsMembers({ properties, required = [], additionalProperties }: Schema, value: object): boolean {
    if (required.some((name) => !Object.hasOwn(value, name))) return false;
    return Object.entries(value).every(([name, member]) => {
      const schema = properties && Object.hasOwn(properties, name) ? properties[name] : additionalProperties;
      if (!schema) return false;
      return (member === null && !required.includes(name)) || this.allows(schema, member); // null: left out
    });
  }
}

function isTextOf({ minLength, maxLength, format }: Schema, text: string): boolean {
  if (format === 'uuid' && !UUID.test(text)) return false;
  if (format === 'date-time' && !TIME.test(text)) return false;
  return isWithin(text.length, minLength, maxLength);
}

function isWithin(value: number, min = -Infinity, max = Infinity): boolean {
  return value >= min && value <= max;
}
