import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ProblemError } from '../problem/problems.js';

const VISIBLE_ASCII = /^[\x21-\x7e]{1,255}$/;

/** The Idempotency-Key header, 1–255 visible ASCII characters; undefined where it may be left out and is. */
export const IdempotencyKey = createParamDecorator(
  (need: 'required' | 'optional', context: ExecutionContext): string | undefined => {
    const header = context.switchToHttp().getRequest<FastifyRequest>().headers['idempotency-key'];
    if (header === undefined) {
      if (need === 'optional') return undefined;
      throw new ProblemError(
        'idempotency_key_missing',
        'Send an Idempotency-Key header, such as a UUID, and keep it for retries.',
      );
    }
    if (typeof header !== 'string' || !VISIBLE_ASCII.test(header)) {
      throw new ProblemError(
        'idempotency_key_invalid',
        'An Idempotency-Key has 1 to 255 visible ASCII characters.',
      );
    }
    return header;
  },
);

export const ApiIdempotencyKey = (need: 'required' | 'optional') =>
  ApiHeader({
    name: 'Idempotency-Key',
    required: need === 'required',
    schema: { type: 'string', pattern: VISIBLE_ASCII.source },
    description:
      'Made by the client and kept for every retry of the same request: 1–255 visible ASCII characters.',
  });

/** Says that this answer was made by an earlier request with the same key. */
export function markReplay(reply: FastifyReply, replayed: boolean): void {
  if (replayed) void reply.header('Idempotency-Replayed', 'true');
}
