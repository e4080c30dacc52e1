import type { OpenAPIObject } from '@nestjs/swagger';
import { PROBLEMS, PROBLEMS_OF_ROUTE, type ProblemCode } from '#platform';
import { operationsOf, type Operation } from './operations.js';
import {
  ANY_PROBLEM,
  FIELD_ERROR,
  PROBLEM,
  problemResponse,
  type ProblemResponse,
} from './problem-schemas.js';

/** Says of every operation what it refuses with, status by status: of its own (`@ApiProblems`), and by its form. */
export function describeProblems(document: OpenAPIObject): void {
  const responses: Record<string, ProblemResponse> = { problem: ANY_PROBLEM };
  for (const { path, operation } of operationsOf(document)) {
    const codes = new Set([...takeOwn(operation), ...codesByForm(path, operation)]);
    for (const [status, ofStatus] of byStatus(codes)) {
      const [first, ...others] = ofStatus;
      const isShared = others.length === 0; // many routes have it: it is written once
      if (isShared) responses[first] ??= problemResponse(ofStatus);
      operation.responses[status] = isShared ? referTo(first) : problemResponse(ofStatus);
    }
    operation.responses.default = referTo('problem');
  }
  const schemas = { ...document.components?.schemas, FieldError: FIELD_ERROR, Problem: PROBLEM };
  document.components = { ...document.components, schemas, responses };
}

/** The decorator's list is for us alone. */
function takeOwn(operation: Operation): ProblemCode[] {
  const { [PROBLEMS_OF_ROUTE]: own = [] } = operation as { [PROBLEMS_OF_ROUTE]?: ProblemCode[] };
  Reflect.deleteProperty(operation, PROBLEMS_OF_ROUTE);
  return own;
}

/** What the guards, pipes and parsers before a route say, as far as it has what they look at. */
function codesByForm(path: string, { security, parameters = [], requestBody }: Operation): ProblemCode[] {
  const fields = parameters.filter((parameter) => 'in' in parameter);
  const places = new Set(fields.map((field) => field.in));
  const key = fields.find(({ name }) => name === 'Idempotency-Key');
  const isApi = path.startsWith('/v1/');
  const isLimited = isApi && !path.startsWith('/v1/webhooks/');
  return [
    ...(security ? OF_ACCESS : []),
    ...(requestBody ? OF_BODIES : []),
    ...(places.has('query') ? OF_QUERIES : []),
    ...(places.has('path') ? OF_IDS : []),
    ...(key ? OF_KEYS : []),
    ...(key?.required ? OF_REQUIRED_KEYS : []),
    ...(isApi ? OF_STORES : []),
    ...(isLimited ? OF_LIMITS : []),
  ];
}

const OF_ACCESS: readonly ProblemCode[] = ['unauthenticated'];
const OF_BODIES: readonly ProblemCode[] = [
  'validation_failed',
  'malformed_json',
  'request_timeout',
  'body_too_large',
  'unsupported_media_type',
];
const OF_QUERIES: readonly ProblemCode[] = ['validation_failed'];
const OF_IDS: readonly ProblemCode[] = ['not_found'];
const OF_KEYS: readonly ProblemCode[] = [
  'idempotency_key_invalid',
  'idempotency_key_in_flight',
  'idempotency_key_reused',
];
const OF_REQUIRED_KEYS: readonly ProblemCode[] = ['idempotency_key_missing'];
const OF_STORES: readonly ProblemCode[] = ['dependency_unavailable'];
const OF_LIMITS: readonly ProblemCode[] = ['rate_limited'];

/** In the order of the table. */
function byStatus(codes: ReadonlySet<ProblemCode>): Map<number, [ProblemCode, ...ProblemCode[]]> {
  const groups = new Map<number, [ProblemCode, ...ProblemCode[]]>();
  for (const code of Object.keys(PROBLEMS) as ProblemCode[]) {
    if (!codes.has(code)) continue;
    const { status } = PROBLEMS[code];
    const group = groups.get(status);
    if (group) group.push(code);
    else groups.set(status, [code]);
  }
  return groups;
}

function referTo(response: string): { $ref: string } {
  return { $ref: `#/components/responses/${response}` };
}
