import { nowMs } from '../clock.js';
import type { Meter } from '../meter.js';
import { integer } from '../report/format.js';

const BAR_WIDTH = 20;

/** Such as `████░░ 420 of 1,000  accepted 100  refused 320  errors 0  1,234/s`. */
export function progressLine(meter: Meter, requests: number): string {
  const share = requests === 0 ? 1 : Math.min(1, meter.answered / requests);
  const filled = Math.round(share * BAR_WIDTH);
  const elapsedMs = Math.max(1, nowMs() - meter.startMs);
  const parts = [
    `${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)} answered ${integer(meter.answered)} of ${integer(requests)}`,
    `accepted ${integer(meter.accepted)}`,
    `refused ${integer(meter.refusedTotal)}`,
    `errors ${integer(meter.undecidedTotal + meter.failedReads)}`,
    `${integer((meter.answered / elapsedMs) * 1000)}/s`,
  ];
  return parts.join('  ');
}
