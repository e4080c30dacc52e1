import { PROBLEMS, type FieldError, type ProblemCode, type ProblemError } from './problems.js';

export const PROBLEM_MEDIA_TYPE = 'application/problem+json; charset=utf-8';

/** RFC 9457, with our members `code`, `retryable`, `requestId` and, for a validation error, `errors`. */
export interface ProblemDocument {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: ProblemCode;
  instance: string;
  requestId: string;
  retryable: boolean;
  errors?: readonly FieldError[];
}

/** Body and headers of the answer to `problem`, whichever layer it came from. */
export function describeProblem(
  problem: ProblemError,
  request: { path: string; id: string },
): { status: number; headers: Record<string, string>; body: ProblemDocument } {
  const { status, title, retryable } = PROBLEMS[problem.code];
  const retryAfterSec = status === 503 ? jittered(problem.retryAfterSec ?? 1) : problem.retryAfterSec;
  return {
    status,
    headers: {
      'content-type': PROBLEM_MEDIA_TYPE,
      'cache-control': 'no-store',
      'x-request-id': request.id,
      ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
      ...(retryAfterSec === undefined ? {} : { 'retry-after': String(retryAfterSec) }),
    },
    body: {
      type: `urn:holdfast:problem:${problem.code}`,
      title,
      status,
      detail: problem.message,
      code: problem.code,
      instance: request.path,
      requestId: request.id,
      retryable,
      ...(problem.errors ? { errors: problem.errors } : {}),
    },
  };
}

/** Between n and 3n whole seconds, so that those who were turned away together do not come back together. */
function jittered(seconds: number): number {
  return Math.ceil(seconds * (1 + 2 * Math.random()));
}
