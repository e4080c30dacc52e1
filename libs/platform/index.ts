export * from './auth/access.js';
export { AccessGuard } from './auth/access.guard.js';
export { AccessModule } from './auth/access.module.js';
export { AdminKeys } from './auth/admin-keys.js';
export { BuyerIdentity, type Buyer } from './auth/buyer-identity.js';
export { BuyerTokens } from './auth/buyer-tokens.js';
export { JwksIdentity, type JwksIdentityOptions } from './auth/jwks/jwks-identity.js';
export { KeySet, type KeySetOptions } from './auth/jwks/key-set.js';
export {
  ConfigurationError,
  loadConfig,
  loadWorkerConfig,
  type Config,
  type ProcessConfig,
  type WorkerConfig,
} from './config/config.js';
export { CONFIG } from './config/config.token.js';
export {
  configFromEnvironment,
  databaseUrlFromEnvironment,
  workerConfigFromEnvironment,
} from './config/environment.js';
export { LYING_STRATEGIES, SETTINGS, STRATEGIES, type StrategyName } from './config/settings.js';
export type { Setting } from './config/setting.js';
export {
  bigintColumn,
  booleanColumn,
  integerColumn,
  newIdColumn,
  textColumn,
  uuidColumn,
} from './database/columns.js';
export { DatabaseClock } from './database/clock.js';
export { migrate, migrationState, type MigrationState } from './database/data-source.js';
export { Database } from './database/database.js';
export { runtimeGrants } from './database/runtime-grants.js';
export * from './database/errors.js';
export { missingSessionSettings } from './database/session-settings.js';
export { removeSome, type Retention } from './database/retention.js';
export {
  executorOf,
  loadStatement,
  type SqlExecutor,
  type Statement,
  type Transaction,
} from './database/sql.js';
export { PAGE_SIZE, PageQuery, readCursor, toPage, type Page } from './http/cursor.js';
export { AdminRequests } from './idempotency/admin-requests.js';
export { ApiIdempotencyKey, IdempotencyKey, markReplay } from './idempotency/idempotency-key.js';
export { oldAdminRequests } from './idempotency/retention.js';
export { hashRequest } from './idempotency/request-hash.js';
export { isForApi } from './http/for-api.js';
export { IsMetadata } from './http/metadata.js';
export { Money, Price } from './http/money.js';
export { IsGivenOrAbsent } from './http/optional.js';
export { IsShape } from './http/shape.js';
export { IsText } from './http/text.js';
export { UuidParam } from './http/uuid-param.js';
export { createValidationPipe } from './http/validation.js';
export { newId } from './ids.js';
export { Gathering } from './gathering/gathering.js';
export { createLogger, NestLogger, type Logger } from './logging/logger.js';
export { Metrics } from './metrics/metrics.js';
export { PlatformModule } from './platform.module.js';
export { ApiProblems, PROBLEMS_OF_ROUTE } from './problem/api-problems.js';
export {
  answerWith,
  describeProblem,
  PROBLEM_MEDIA_TYPE,
  type ProblemDocument,
} from './problem/problem-document.js';
export { ProblemFilter } from './problem/problem.filter.js';
export {
  PROBLEMS,
  ProblemError,
  type FieldError,
  type ProblemCode,
  type ProblemDefinition,
} from './problem/problems.js';
export { clientOf } from './rate-limit/client-address.js';
export { AddressRateLimitGuard, BuyerRateLimitGuard } from './rate-limit/rate-limit.guards.js';
export { RateLimitModule } from './rate-limit/rate-limit.module.js';
export { createRedis, redisAddressOf, type RedisSettings } from './redis/connect.js';
export { toProblem } from './problem/to-problem.js';
export {
  asSpan,
  beginSpan,
  contextOf,
  currentSpan,
  currentTraceparent,
  endSpan,
  inSpan,
  linkTo,
  outsideTraces,
} from './tracing/tracing.js';
export { WebhookSignature } from './webhook-signature.js';
