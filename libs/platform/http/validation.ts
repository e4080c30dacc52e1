import { ValidationPipe, type ArgumentMetadata, type ValidationError } from '@nestjs/common';
import { ProblemError, type FieldError } from '../problem/problems.js';

/** Nobody mends more at once, and an answer must not be larger than its request. */
const MAX_ERRORS = 20;
const MAX_DETAIL_LENGTH = 500;
const MAX_FIELD_LENGTH = 200;

/**
 * A class of bodies whose usual form is known at a glance: what it recognises passes all of its rules, which then need not
 * run. What it does not may still be right.
 */
interface RecognisingClass {
  recognises?(value: unknown): boolean;
}

class ShapePipe extends ValidationPipe {
  override transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const isOurs = metadata.type === 'custom'; // a decorator of ours has looked at it already
    const isKnown =
      isOurs || (metadata.metatype as RecognisingClass | undefined)?.recognises?.(value) === true;
    if (isKnown) return Promise.resolve(value);
    const overlooked = overlookedIn(value, metadata);
    if (overlooked) throw refused([overlooked]);
    return super.transform(value, metadata);
  }
}

/** What Nest's pipe would let pass: null for an empty body, and names in a query that every object inherits. */
function overlookedIn(value: unknown, { type }: ArgumentMetadata): FieldError | undefined {
  if (type === 'body' && value === null) return { path: '', message: 'the body must be an object' };
  if (type !== 'query' || typeof value !== 'object') return undefined;
  const path = Object.keys(value ?? {}).find((name) => name in Object.prototype);
  return path === undefined ? undefined : { path, message: `property ${path} should not exist` };
}

/** Shapes of bodies and queries. Nothing is converted by implication: `"1"` is not 1, and unknown fields are refused. */
export function createValidationPipe(): ValidationPipe {
  return new ShapePipe({
    transform: true,
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    exceptionFactory: (errors) => refused(errors.flatMap((error) => fieldErrors(error, ''))),
  });
}

function refused(found: readonly FieldError[]): ProblemError {
  const errors = found.slice(0, MAX_ERRORS).map(({ path, message }) => ({
    path: path.slice(0, MAX_FIELD_LENGTH), // a client may have made up the name
    message: message.slice(0, MAX_FIELD_LENGTH),
  }));
  const detail = errors.map(({ path, message }) => `${path}: ${message}`).join('; ');
  return new ProblemError('validation_failed', detail.slice(0, MAX_DETAIL_LENGTH), { errors });
}

function fieldErrors(error: ValidationError, parent: string): FieldError[] {
  const path = parent === '' ? error.property : `${parent}.${error.property}`;
  // Decorators run from the bottom up, so the one written first comes last: it is the one that says the type.
  const message = Object.values(error.constraints ?? {}).at(-1);
  const own = message === undefined ? [] : [{ path, message }];
  return [...own, ...(error.children ?? []).flatMap((child) => fieldErrors(child, path))];
}
