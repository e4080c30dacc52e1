import { Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { DataSource, type EntityManager } from 'typeorm';
import { isConflict } from '../database/errors.js';
import { ProblemError } from '../problem/problems.js';
import { markReplay } from './idempotency-key.js';
import { hashRequest } from './request-hash.js';

/** The POST of an administrator, as its idempotency key knows it. */
export interface AdminRequest {
  /** Undefined where the route lets the key be left out, and it is. */
  readonly key: string | undefined;
  /** The route with its ids, so that one key on two routes is two requests. */
  readonly route: string;
  readonly body: object;
}

/** Lets an administrator's POST take effect once per Idempotency-Key. */
@Injectable()
export class AdminRequests {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Runs `work` in a transaction that also keeps its answer under the key; a repetition gets the kept answer, which the reply
   * says.
   * Requests with the same key meet on the primary key of `admin_request`: the later ones wait for the first.
   * @throws ProblemError idempotency_key_reused, idempotency_key_in_flight
   */
  async once<Answer extends object>(
    { key, route, body }: AdminRequest,
    reply: FastifyReply,
    work: (manager: EntityManager) => Promise<Answer>,
  ): Promise<Answer> {
    const { answer, replayed } = await this.dataSource.transaction(async (manager) => {
      if (key === undefined) return { answer: await work(manager), replayed: false };
      const requestHash = hashRequest(body);
      const claimed = await claimKey(manager, [key, route, requestHash]);
      if (!claimed)
        return { answer: await keptAnswer<Answer>(manager, key, route, requestHash), replayed: true };
      const answer = await work(manager);
      await manager.query(
        'UPDATE admin_request SET response = $3 WHERE idempotency_key = $1 AND route = $2',
        [key, route, JSON.stringify(answer)],
      );
      return { answer, replayed: false };
    });
    markReplay(reply, replayed);
    return answer;
  }
}

async function claimKey(manager: EntityManager, values: string[]): Promise<boolean> {
  try {
    const rows = await manager.query<unknown[]>(
      `INSERT INTO admin_request (idempotency_key, route, request_hash) VALUES ($1, $2, $3)
       ON CONFLICT DO NOTHING RETURNING 1`,
      values,
    );
    return rows.length > 0;
  } catch (error) {
    if (!isConflict(error)) throw error;
    throw new ProblemError(
      'idempotency_key_in_flight',
      'The first request with this key is still under way.',
      {
        cause: error,
        retryAfterSec: 1,
      },
    );
  }
}

async function keptAnswer<Answer>(
  manager: EntityManager,
  key: string,
  route: string,
  hash: string,
): Promise<Answer> {
  const [kept] = await manager.query<{ request_hash: string; response: Answer }[]>(
    'SELECT request_hash, response FROM admin_request WHERE idempotency_key = $1 AND route = $2',
    [key, route],
  );
  if (kept?.request_hash !== hash) {
    throw new ProblemError('idempotency_key_reused', 'This key was used for a request with another body.');
  }
  return kept.response;
}
