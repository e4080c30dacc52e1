import { applyDecorators } from '@nestjs/common';
import { Type } from 'class-transformer';
import { ValidateBy, ValidateNested, type ValidationOptions } from 'class-validator';

/**
 * A nested object of a class, or a list of them with `each`. ValidateNested alone also accepts lists in their place,
 * and lists of lists.
 */
export function IsShape(
  type: () => new () => object,
  options: Pick<ValidationOptions, 'each'> = {},
): PropertyDecorator {
  const each = options.each ?? false;
  return applyDecorators(
    Type(type),
    ValidateNested({ each }),
    ValidateBy({
      name: 'isShape',
      validator: {
        validate: (value) => (each ? Array.isArray(value) && value.every(isPlain) : isPlain(value)),
        defaultMessage: () => `$property must be ${each ? 'a list of objects' : 'an object'}`,
      },
    }),
  );
}

function isPlain(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
