import { AnswerError } from '#client';

/** What went wrong, for the administrator who caused or met it. */
export function problemText(error: unknown): string {
  if (!(error instanceof AnswerError)) return 'The service does not answer.';
  const { problem, status } = error;
  if (!problem) return `The service cannot be reached: something before it answered ${status}.`;
  switch (problem.code) {
    case 'invalid_order_state':
      return `The order is past that. ${problem.detail}`;
    case 'stock_below_reserved':
      return `Orders hold some of this stock. ${problem.detail}`;
    case 'idempotency_key_in_flight':
      return 'The same request is still under way. Look again in a moment.';
    case 'validation_failed':
      return problem.errors?.length ? 'Some fields need another value.' : problem.detail;
    default:
      return problem.detail;
  }
}

/** The server's words about each field, by path, such as `items.0.allotment`. */
export function fieldErrors(error: unknown): Readonly<Record<string, string>> {
  const errors = error instanceof AnswerError ? (error.problem?.errors ?? []) : [];
  return Object.fromEntries(errors.map(({ path, message }) => [path, sentence(path, message)]));
}

/** Whether the request may have taken effect all the same: then it is sent again with the key it had. */
export function isUncertain(error: unknown): boolean {
  if (!(error instanceof AnswerError)) return true;
  return error.status >= 500 || error.status === 408 || error.problem?.code === 'idempotency_key_in_flight';
}

/** Whether the same question may get another answer by itself, so that it is worth asking again. */
export function isPassing(error: unknown): boolean {
  return !(error instanceof AnswerError) || error.status >= 500 || [408, 429].includes(error.status);
}

/** Messages begin with the field's name, which its label says better. */
function sentence(path: string, message: string): string {
  const name = path.split('.').at(-1) ?? path;
  return [path, name].reduce((text, prefix) => {
    return text.startsWith(`${prefix} `) ? `It ${text.slice(prefix.length + 1)}` : text;
  }, message);
}
