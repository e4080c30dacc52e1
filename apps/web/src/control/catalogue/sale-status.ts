import type { SaleView } from '#client';
import type { Tone } from '../../design/Badge.js';

export const SALE_TONES: Readonly<Record<SaleView['status'], Tone | undefined>> = {
  scheduled: undefined,
  live: 'good',
  paused: 'warn',
  ended: undefined,
};
