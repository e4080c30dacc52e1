import { Catch, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { describeProblem } from './problem-document.js';
import { toProblem } from './to-problem.js';

/** The one place that writes an answer that is not a success. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('Problem');

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const problem = toProblem(error);
    const { status, headers, body } = describeProblem(problem, { path: pathOf(request.url), id: request.id });
    if (status >= 500) {
      const entry = { requestId: request.id, code: problem.code, err: problem.cause ?? problem };
      if (status === 503) this.logger.warn(entry, 'answered 503');
      else this.logger.error(entry, 'answered 500');
    }
    if (reply.sent) return;
    void reply.status(status).headers(headers).send(body);
  }
}

function pathOf(url: string): string {
  return url.split('?', 1)[0] ?? url;
}
