import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, isUUID } from 'class-validator';
import { ProblemError } from '../problem/problems.js';
import { IsText } from './text.js';

export const PAGE_SIZE = 50;

/** One page of a list that is ordered by id, newest first. `nextCursor` is opaque to clients. */
export interface Page<T> {
  data: T[];
  nextCursor: string | null;
}

/** The query of a list. */
export class PageQuery {
  @ApiPropertyOptional({ description: 'The nextCursor of the page before', minLength: 1, maxLength: 200 })
  @IsOptional()
  @IsText(1, 200)
  cursor?: string;
}

/** Cuts a page from rows that were read with `PAGE_SIZE + 1`. */
export function toPage<Row extends { id: string }, T>(
  rows: readonly Row[],
  present: (row: Row) => T,
): Page<T> {
  const page = rows.slice(0, PAGE_SIZE);
  const last = page.at(-1);
  return {
    data: page.map(present),
    nextCursor: rows.length > PAGE_SIZE && last ? Buffer.from(last.id).toString('base64url') : null,
  };
}

/** The id after which the page begins. @throws ProblemError validation_failed */
export function readCursor(cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined;
  const id = Buffer.from(cursor, 'base64url').toString('utf8');
  if (!isUUID(id)) {
    const message = 'cursor must be a nextCursor of an earlier page';
    throw new ProblemError('validation_failed', message, { errors: [{ path: 'cursor', message }] });
  }
  return id;
}
