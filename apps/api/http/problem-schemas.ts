import { PROBLEMS, type ProblemCode } from '#platform';

const text = { type: 'string' };

export const FIELD_ERROR = {
  type: 'object',
  required: ['path', 'message'],
  properties: { path: text, message: text },
};

/** As `ProblemDocument` has it. */
export const PROBLEM = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail', 'code', 'instance', 'requestId', 'retryable'],
  properties: {
    type: { type: 'string', example: 'urn:holdfast:problem:sold_out' },
    title: text,
    status: { type: 'integer' },
    detail: text,
    code: { type: 'string', enum: Object.keys(PROBLEMS) },
    instance: text,
    requestId: text,
    retryable: { type: 'boolean', description: 'Whether the same request may succeed later' },
    errors: {
      type: 'array',
      items: { $ref: '#/components/schemas/FieldError' },
      description: 'With validation_failed: each wrong field',
    },
  },
};

const SCHEMA = { $ref: '#/components/schemas/Problem' };

/** As OpenAPI has it. */
export interface ProblemResponse {
  readonly description: string;
  readonly headers?: Record<string, object>;
  readonly content: Record<string, object>;
}

export const ANY_PROBLEM: ProblemResponse = {
  description: 'Any other problem',
  content: { 'application/problem+json': { schema: SCHEMA } },
};

/** Come with a Retry-After. */
const SAY_WHEN = new Set<ProblemCode>([
  'sale_not_started',
  'idempotency_key_in_flight',
  'rate_limited',
  'overloaded',
  'dependency_unavailable',
  'outcome_unknown',
]);
const RETRY_AFTER = { description: 'In seconds', schema: { type: 'integer', minimum: 0 } };

/** A problem with one of these codes, which share a status. */
export function problemResponse(codes: readonly ProblemCode[]): ProblemResponse {
  const narrowed = {
    type: 'object',
    required: ['code'],
    properties: { code: { type: 'string', enum: [...codes] } },
  };
  return {
    description: codes.map((code) => PROBLEMS[code].title).join('; '),
    ...(codes.some((code) => SAY_WHEN.has(code)) ? { headers: { 'Retry-After': RETRY_AFTER } } : {}),
    content: { 'application/problem+json': { schema: { allOf: [SCHEMA, narrowed] } } },
  };
}
