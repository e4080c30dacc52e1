import type { Problem } from './schema.js';

/** What a call of the client resolves to. */
export interface Answer<Data> {
  readonly data?: Data;
  readonly error?: unknown;
  readonly response: Response;
}

/** An answer that is not a success. */
export class AnswerError extends Error {
  override readonly name = 'AnswerError';
  readonly status: number;
  /** Undefined where something before the service answered, such as a proxy. */
  readonly problem: Problem | undefined;

  constructor(status: number, problem: Problem | undefined) {
    super(problem ? `${status} ${problem.code}: ${problem.detail}` : `The answer was ${status}.`);
    this.status = status;
    this.problem = problem;
  }
}

/** The data of an answer, for callers to whom all else is an error. @throws AnswerError, and what fetch throws */
export async function dataOf<Data>(call: Promise<Answer<Data>>): Promise<Data> {
  const { data, error, response } = await call;
  if (!response.ok) throw new AnswerError(response.status, isProblem(error) ? error : undefined);
  return data as Data;
}

function isProblem(error: unknown): error is Problem {
  return typeof error === 'object' && error !== null && 'code' in error && 'detail' in error;
}
