import { ApiPropertyOptional } from '@nestjs/swagger';
import { applyDecorators } from '@nestjs/common';
import {
  IsOptional,
  Validate,
  ValidatorConstraint,
  type ValidatorConstraintInterface,
} from 'class-validator';
import { isStorable } from './text.js';

const MAX_METADATA_BYTES = 4_096;

@ValidatorConstraint({ name: 'metadata' })
class MetadataConstraint implements ValidatorConstraintInterface {
  validate(value: unknown): boolean {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
    // PostgreSQL cannot hold U+0000, nor half of a surrogate pair.
    if (
      !Object.entries(value)
        .flat()
        .every((part) => typeof part === 'string' && isStorable(part))
    )
      return false;
    return Buffer.byteLength(JSON.stringify(value)) <= MAX_METADATA_BYTES;
  }

  defaultMessage(): string {
    return 'metadata must be an object of strings of at most 4 kB';
  }
}

/** A shop's own data on an item, a sale or an order: kept and echoed, never read by us. */
export function IsMetadata(): PropertyDecorator {
  return applyDecorators(
    ApiPropertyOptional({
      type: 'object',
      additionalProperties: { type: 'string' },
      nullable: true,
      description: 'At most 4 kB',
    }),
    IsOptional(),
    Validate(MetadataConstraint),
  );
}
