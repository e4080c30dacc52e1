import { Injectable, type PipeTransform } from '@nestjs/common';
import { isUUID } from 'class-validator';
import { ProblemError } from '../problem/problems.js';

/** An id in a path. What is no UUID names nothing, so it is not found. */
@Injectable()
export class UuidParam implements PipeTransform<string, string> {
  transform(value: string): string {
    if (!isUUID(value)) throw new ProblemError('not_found', 'There is nothing here: ids are UUIDs.');
    return value.toLowerCase();
  }
}
