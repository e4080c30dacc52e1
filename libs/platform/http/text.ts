import { applyDecorators } from '@nestjs/common';
import { IsString, Length, ValidateBy } from 'class-validator';

/** Whether PostgreSQL can hold the text: it has neither U+0000 nor half of a surrogate pair. */
export function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

/** A text of a bounded length that PostgreSQL can hold. */
export function IsText(minLength: number, maxLength: number): PropertyDecorator {
  return applyDecorators(
    ValidateBy({
      name: 'isStorable',
      validator: {
        validate: (value) => typeof value !== 'string' || isStorable(value),
        defaultMessage: () => '$property must be well-formed Unicode without U+0000',
      },
    }),
    Length(minLength, maxLength),
    IsString(),
  );
}
