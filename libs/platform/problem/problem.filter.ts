import { Catch, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { answerWith } from './problem-document.js';
import { toProblem } from './to-problem.js';

/** Answers whatever was thrown. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('Problem');

  catch(error: unknown, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const problem = toProblem(error);
    if (problem.status >= 500) {
      const entry = { requestId: reply.request.id, code: problem.code, err: problem.cause ?? problem };
      if (problem.status === 503) this.logger.warn(entry, 'answered 503');
      else this.logger.error(entry, 'answered 500');
    }
    if (!reply.sent) void reply.send(answerWith(reply, problem));
  }
}
