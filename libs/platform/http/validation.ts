import { ValidationPipe, type ValidationError } from '@nestjs/common';
import { ProblemError, type FieldError } from '../problem/problems.js';

/** Shapes of bodies and queries. Nothing is converted by implication: `"1"` is not 1, and unknown fields are refused. */
export function createValidationPipe(): ValidationPipe {
  return new ValidationPipe({
    transform: true,
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    exceptionFactory: (errors) => {
      const fields = errors.flatMap((error) => fieldErrors(error, ''));
      return new ProblemError('validation_failed', fields.map((field) => field.message).join('; '), {
        errors: fields,
      });
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
