import { ValidationPipe, type ArgumentMetadata, type ValidationError } from '@nestjs/common';
import { ProblemError, type FieldError } from '../problem/problems.js';

/** Nobody mends more at once, and an answer must not be larger than its request. */
const MAX_ERRORS = 20;
const MAX_DETAIL_LENGTH = 500;

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
    return isKnown ? Promise.resolve(value) : super.transform(value, metadata);
  }
}

/** Shapes of bodies and queries. Nothing is converted by implication: `"1"` is not 1, and unknown fields are refused. */
export function createValidationPipe(): ValidationPipe {
  return new ShapePipe({
    transform: true,
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    exceptionFactory: (errors) => {
      const fields = errors.flatMap((error) => fieldErrors(error, '')).slice(0, MAX_ERRORS);
      const detail = fields.map((field) => `${field.path}: ${field.message}`).join('; ');
      return new ProblemError('validation_failed', detail.slice(0, MAX_DETAIL_LENGTH), { errors: fields });
    },
  });
}

function fieldErrors(error: ValidationError, parent: string): FieldError[] {
  const path = parent === '' ? error.property : `${parent}.${error.property}`;
  // Decorators run from the bottom up, so the one written first comes last: it is the one that says the type.
  const message = Object.values(error.constraints ?? {}).at(-1);
  const own = message === undefined ? [] : [{ path, message }];
  return [...own, ...(error.children ?? []).flatMap((child) => fieldErrors(child, path))];
}
