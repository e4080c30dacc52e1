import { ValidateIf } from 'class-validator';

/** For a member that may be left out, but not be null. */
export function IsGivenOrAbsent(): PropertyDecorator {
  return ValidateIf((_, value) => value !== undefined);
}
