export { LockMetrics, type LockMetricsOptions } from './lock-metrics.js';
