import type { FastifyReply } from 'fastify';
import { PROBLEMS, type FieldError, type Problem, type ProblemCode } from './problems.js';

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
  problem: Problem,
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
      detail: problem.detail,
      code: problem.code,
      instance: request.path,
      requestId: request.id,
      retryable,
      ...(problem.errors ? { errors: problem.errors } : {}),
    },
  };
}

/** Gives an answer the status and headers of `problem`. @returns its body */
export function answerWith(reply: FastifyReply, problem: Problem): ProblemDocument {
  const { url, id } = reply.request;
  const { status, headers, body } = describeProblem(problem, { path: pathOf(url), id });
  void reply.status(status).headers(headers);
  return body;
}

function pathOf(url: string): string {
  return url.split('?', 1)[0] ?? url;
}

/** Between n and 3n whole seconds, so that those who were turned away together do not come back together. */
function jittered(seconds: number): number {
  return Math.ceil(seconds * (1 + 2 * Math.random()));
}
