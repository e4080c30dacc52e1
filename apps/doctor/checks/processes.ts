import type { ProcessFacts } from '../facts/process.js';
import { finding, type Finding } from '../finding.js';

/** Whether a process that was named takes orders. */
export function checkProcesses({ url, status, says }: ProcessFacts): Finding[] {
  const answered = status === 0 ? `no answer (${says})` : `${status} ${says}`;
  return [
    finding(url, answered, {
      holds: status === 200 && says === 'ok',
      otherwise: status === 200 ? 'warn' : 'fail',
      advice:
        status === 200
          ? 'It serves, without its lock store: see to that, and it comes back by itself.'
          : 'See its log: it is ready when PostgreSQL answers and every migration is applied.',
    }),
  ];
}
