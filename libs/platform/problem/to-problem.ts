import { HttpException } from '@nestjs/common';
import { isConflict, isConnectionFailure } from '../database/errors.js';
import { ProblemError, type ProblemCode } from './problems.js';

/** Turns whatever was thrown, by whichever layer, into the problem that the client hears. Nothing internal leaks. */
export function toProblem(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error;
  return fromFastify(error) ?? fromNest(error) ?? fromDatabase(error) ?? internal(error);
}

const BY_FASTIFY_CODE: Record<string, [ProblemCode, string]> = {
  FST_ERR_CTP_INVALID_JSON_BODY: ['malformed_json', 'Send a body that is valid JSON.'],
  FST_ERR_CTP_EMPTY_JSON_BODY: ['malformed_json', 'The content type says JSON, but the body is empty.'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: [
    'malformed_request',
    'The body is not as long as Content-Length says.',
  ],
  FST_ERR_CTP_BODY_TOO_LARGE: ['body_too_large', 'Send a smaller body.'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ['unsupported_media_type', 'Send Content-Type: application/json.'],
  FST_ERR_BAD_URL: ['malformed_request', 'The path is not a valid URL.'],
  FST_ERR_NOT_FOUND: ['not_found', 'There is nothing here.'],
  FST_ERR_MAX_PARAM_LENGTH: ['not_found', 'There is nothing here.'],
};

function fromFastify(error: unknown): ProblemError | undefined {
  const code = error instanceof Error ? (error as { code?: unknown }).code : undefined;
  const known = typeof code === 'string' ? BY_FASTIFY_CODE[code] : undefined;
  if (known) return new ProblemError(known[0], known[1], { cause: error });
  if (error instanceof SyntaxError && statusOf(error) === 400) {
    return new ProblemError('malformed_json', 'Send a body that is valid JSON.', { cause: error });
  }
  return undefined;
}

const BY_STATUS: Record<number, ProblemCode> = {
  400: 'validation_failed',
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not_found',
  408: 'request_timeout',
  413: 'body_too_large',
  415: 'unsupported_media_type',
  431: 'headers_too_large',
  503: 'dependency_unavailable',
};

function fromNest(error: unknown): ProblemError | undefined {
  const status = error instanceof HttpException ? error.getStatus() : statusOf(error);
  if (status === undefined || (status >= 500 && status !== 503)) return undefined;
  const code = BY_STATUS[status] ?? 'malformed_request'; // such as a Range that a picture does not have
  const detail =
    code === 'not_found' ? 'There is nothing here.' : error instanceof Error ? error.message : code;
  return new ProblemError(code, detail, { cause: error });
}

function fromDatabase(error: unknown): ProblemError | undefined {
  if (!isConnectionFailure(error) && !isConflict(error)) return undefined;
  return new ProblemError('dependency_unavailable', 'The database is not available; try again.', {
    cause: error,
  });
}

function internal(error: unknown): ProblemError {
  return new ProblemError('internal_error', 'It was logged; try again, and quote requestId if it stays.', {
    cause: error,
  });
}

function statusOf(error: unknown): number | undefined {
  const status = error instanceof Error ? (error as { statusCode?: unknown }).statusCode : undefined;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : undefined;
}
