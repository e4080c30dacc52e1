/** How a problem is answered and logged. One table: the filter, the logs, OpenAPI and docs/errors.md follow it. */
export interface ProblemDefinition {
  readonly status: number;
  readonly title: string;
  /** Whether the same request may succeed later. */
  readonly retryable: boolean;
}

export const PROBLEMS = {
  validation_failed: { status: 400, title: 'The request is not valid', retryable: false },
  malformed_json: { status: 400, title: 'The body is not JSON', retryable: false },
  malformed_request: {
    status: 400,
    title: 'The request is not HTTP that can be understood',
    retryable: false,
  },
  idempotency_key_missing: { status: 400, title: 'The Idempotency-Key header is missing', retryable: false },
  idempotency_key_invalid: {
    status: 400,
    title: 'The Idempotency-Key header is not valid',
    retryable: false,
  },
  unauthenticated: { status: 401, title: 'Who is calling is not known', retryable: false },
  forbidden: { status: 403, title: 'The caller may not do this', retryable: false },
  not_found: { status: 404, title: 'Not found', retryable: false },
  request_timeout: { status: 408, title: 'The request took too long to arrive', retryable: true },
  sold_out: { status: 409, title: 'Sold out', retryable: false },
  purchase_limit_reached: { status: 409, title: 'The purchase limit is reached', retryable: false },
  sale_not_started: { status: 409, title: 'The sale has not started', retryable: true },
  sale_paused: { status: 409, title: 'The sale is paused', retryable: true },
  price_changed: { status: 409, title: 'The price has changed', retryable: false },
  invalid_order_state: { status: 409, title: 'The order is past that', retryable: false },
  payment_in_progress: { status: 409, title: 'A payment is under way', retryable: true },
  idempotency_key_in_flight: {
    status: 409,
    title: 'A request with this key is still under way',
    retryable: true,
  },
  stock_below_reserved: {
    status: 409,
    title: 'The stock would fall below what is reserved',
    retryable: false,
  },
  sku_taken: { status: 409, title: 'The SKU is taken', retryable: false },
  sale_ended: { status: 410, title: 'The sale has ended', retryable: false },
  body_too_large: { status: 413, title: 'The body is too large', retryable: false },
  unsupported_media_type: { status: 415, title: 'The media type is not supported', retryable: false },
  idempotency_key_reused: { status: 422, title: 'The key belongs to another request', retryable: false },
  item_not_in_sale: { status: 422, title: 'The item is not part of the sale', retryable: false },
  duplicate_item: { status: 422, title: 'An item appears more than once', retryable: false },
  currency_mismatch: { status: 422, title: 'The currencies differ', retryable: false },
  rate_limited: { status: 429, title: 'Too many requests', retryable: true },
  headers_too_large: { status: 431, title: 'The headers are too large', retryable: false },
  internal_error: { status: 500, title: 'Something went wrong on our side', retryable: true },
  overloaded: { status: 503, title: 'Too many orders are waiting', retryable: true },
  dependency_unavailable: { status: 503, title: 'Something this needs is not available', retryable: true },
  outcome_unknown: { status: 503, title: 'Whether the order was placed is not known', retryable: true },
} as const satisfies Record<string, ProblemDefinition>;

export type ProblemCode = keyof typeof PROBLEMS;

export interface FieldError {
  readonly path: string;
  readonly message: string;
}

/** An answer that is not a success. */
export interface Problem {
  readonly code: ProblemCode;
  readonly detail: string;
  readonly errors?: readonly FieldError[] | undefined;
  /** Seconds after which a retry makes sense; a jitter is added where the table says 503. */
  readonly retryAfterSec?: number | undefined;
}

/** A problem on its way to the filter that answers with it. */
export class ProblemError extends Error implements Problem {
  override readonly name = 'ProblemError';
  readonly code: ProblemCode;
  readonly errors: readonly FieldError[] | undefined;
  readonly retryAfterSec: number | undefined;

  constructor(
    code: ProblemCode,
    detail: string,
    options: { errors?: readonly FieldError[]; retryAfterSec?: number; cause?: unknown } = {},
  ) {
    const { stackTraceLimit } = Error;
    // A refusal is an answer and no defect: nobody reads its stack, which took a fiftieth of its time.
    if (PROBLEMS[code].status < 500) Error.stackTraceLimit = 0;
    super(detail, options.cause === undefined ? undefined : { cause: options.cause });
    Error.stackTraceLimit = stackTraceLimit;
    this.code = code;
    this.errors = options.errors;
    this.retryAfterSec = options.retryAfterSec;
  }

  get detail(): string {
    return this.message;
  }

  get status(): number {
    return PROBLEMS[this.code].status;
  }
}
