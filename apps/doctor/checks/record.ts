import type { RecordFacts } from '../facts/record.js';
import { finding, type Finding } from '../finding.js';

/** Workers sweep once a second, and take up payments and events twice. */
const LATE_SEC = 15;
const OUTBOX_LATE_SEC = 60;

/** What only a worker that runs does. */
export function checkRecord(facts: RecordFacts | undefined): Finding[] {
  if (!facts) return [];
  const lateSec = Math.max(facts.overdueReservationSec, facts.overduePaymentSec);
  return [
    finding(
      'worker',
      lateSec === 0 ? 'nothing is overdue' : `a hold or payment is overdue by ${Math.round(lateSec)} s`,
      {
        holds: lateSec < LATE_SEC,
        otherwise: 'fail',
        advice:
          'Start a worker, and let a supervisor keep it: without one holds do not end and nobody is charged.',
      },
    ),
    finding('outbox', `the oldest event waits for ${Math.round(facts.outboxLagSec)} s`, {
      holds: facts.outboxLagSec < OUTBOX_LATE_SEC,
      otherwise: 'warn',
      advice: 'See whether the shop answers at SHOP_WEBHOOK_URL, and whether a worker has that setting.',
    }),
    finding('dead letters', String(facts.deadLetters), {
      holds: facts.deadLetters === 0,
      otherwise: 'warn',
      advice:
        'See to the shop, then replay them (POST /v1/admin/dead-letters/replay): they are news that it never heard.',
    }),
    finding('archive', facts.archiveBehind ? 'old keys are among the recent ones' : 'up to date', {
      holds: !facts.archiveBehind,
      otherwise: 'warn',
      advice:
        'Let a worker run for some minutes before the sale: an order costs more the more recent keys there are.',
    }),
    finding(
      'statistics',
      facts.staleStatistics.length === 0 ? 'fresh' : `stale: ${facts.staleStatistics.join(', ')}`,
      {
        holds: facts.staleStatistics.length === 0,
        otherwise: 'warn',
        advice: 'Run ANALYZE: the planner goes by what it saw when the tables were others.',
      },
    ),
  ];
}
