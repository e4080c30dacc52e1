import { applyDecorators } from '@nestjs/common';
import { IsString, Length, Matches } from 'class-validator';

/** A text of a bounded length. U+0000 is refused: PostgreSQL cannot hold it. */
export function IsText(minLength: number, maxLength: number): PropertyDecorator {
  return applyDecorators(
    // eslint-disable-next-line no-control-regex -- it is the character that is meant
    Matches(/^[^\u0000]*$/, { message: '$property must not contain U+0000' }),
    Length(minLength, maxLength),
    IsString(),
  );
}
