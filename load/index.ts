/** What other measuring programs share with the harness. */
export { InterruptedError, LoadError, messageOf, throwIfAborted, UsageError } from './errors.js';
export { MAX_SEED, randomOf, type Random } from './random.js';
export { integer, milliseconds, plural } from './report/format.js';
export { escapeHtml } from './report/html-text.js';
export { linearAxis, logAxis, type Axis } from './report/scale.js';
export { interruptible } from './run/interruptible.js';
export { Progress, type Screen } from './run/progress.js';
export { LatencyHistogram, type LatencySummary } from './statistics.js';
