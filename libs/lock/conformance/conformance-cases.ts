import type { ConformanceCase } from './conformance-case.js';
import { EXCLUSION } from './cases/exclusion.js';
import { FENCING } from './cases/fencing.js';
import { HAND_OVER } from './cases/hand-over.js';
import { HOLDING } from './cases/holding.js';
import { OUTAGE } from './cases/outage.js';
import { OWN } from './cases/own.js';
import { PERMITS } from './cases/permits.js';
import { SHARING } from './cases/sharing.js';
import { WAITING } from './cases/waiting.js';

/** All promises, by number. */
export const CONFORMANCE_CASES: readonly ConformanceCase[] = [
  ...EXCLUSION,
  ...WAITING,
  ...HOLDING,
  ...FENCING,
  ...OUTAGE,
  ...HAND_OVER,
  ...SHARING,
  ...PERMITS,
  ...OWN,
].sort((one, other) => one.number - other.number);
