/** What other measuring programs share with the harness. */
export { timestamp } from './clock.js';
export { InterruptedError, LoadError, messageOf, throwIfAborted, UsageError } from './errors.js';
export { MAX_SEED, randomOf, type Random } from './random.js';
export { integer, milliseconds, percent, plural } from './report/format.js';
export { drawChart, type Chart, type Series } from './report/chart.js';
export { escapeHtml } from './report/html-text.js';
export { conditionsTable, htmlPage, section } from './report/page.js';
export { linearAxis, logAxis, logAxisAt, type Axis } from './report/scale.js';
export { measuringCommand } from './run/measuring-command.js';
export { Progress, type Screen } from './run/progress.js';
export { LatencyHistogram, type LatencySummary } from './statistics.js';
export { Api } from './target/api.js';
export { createCatalogue, type Catalogue } from './target/catalogue.js';
export { readRedisVersion } from './target/own-target.js';
export { ServerStack } from './target/server-stack.js';
export { readPostgresVersion } from './checker/database-snapshot.js';
