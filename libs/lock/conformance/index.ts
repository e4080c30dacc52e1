export type { ConformanceCase } from './conformance-case.js';
export { CONFORMANCE_CASES } from './conformance-cases.js';
export { CaseContext } from './context.js';
export { describeConformance, runCase, type ConformanceOptions, type TestFramework } from './describe.js';
export { InterceptedProvider } from './intercepted-provider.js';
export type {
  ChildProvider,
  ConformanceSubject,
  GuardedRecord,
  StoreCounts,
  StoreFaults,
  StoreRefusal,
  StoreReplicas,
} from './subject.js';
