/** What the generator needs to know of an HTTP answer. */
export interface HttpAnswer {
  readonly status: number;
  /** The `code` of a problem document; undefined in any other answer. */
  readonly code: string | undefined;
  /** Of the order that was made, from the Location header. */
  readonly orderId: string | undefined;
}

/** The bytes are no answer with a Content-Length, which is all that the service sends on these routes. */
export class UnreadableAnswerError extends Error {
  override readonly name = 'UnreadableAnswerError';
}

const HEAD_END = '\r\n\r\n';
const MAX_HEAD_BYTES = 16_384;
const CONTENT_LENGTH = /\r\ncontent-length: *(\d+)/i;
const LOCATION = /\r\nlocation: *\/v1\/orders\/([0-9a-f-]{36})/i;
const CODE = /"code":"([a-z_]+)"/;

/**
 * Reads one whole answer; nothing may follow it, since only one request is out on a connection.
 * @returns undefined while bytes are missing
 * @throws UnreadableAnswerError
 */
export function readAnswer(bytes: Buffer): HttpAnswer | undefined {
  const headEnd = bytes.indexOf(HEAD_END);
  if (headEnd < 0) {
    if (bytes.length > MAX_HEAD_BYTES)
      throw new UnreadableAnswerError('An answer has no end of its headers.');
    return undefined;
  }
  const head = bytes.toString('latin1', 0, headEnd);
  const status = Number(head.slice(9, 12));
  const bodyStart = headEnd + HEAD_END.length;
  const end = bodyStart + bodyLength(head, status);
  if (bytes.length < end) return undefined;
  if (bytes.length > end) throw new UnreadableAnswerError('More came back than one answer.');
  return {
    status,
    code: status >= 400 ? CODE.exec(bytes.toString('latin1', bodyStart, end))?.[1] : undefined,
    orderId: status === 201 ? copyOf(LOCATION.exec(head)?.[1]) : undefined,
  };
}

function bodyLength(head: string, status: number): number {
  if (!head.startsWith('HTTP/1.1 ') || !Number.isInteger(status)) {
    throw new UnreadableAnswerError('An answer does not begin as HTTP/1.1 does.');
  }
  if (status === 204 || status === 304) return 0;
  const length = CONTENT_LENGTH.exec(head)?.[1];
  if (length === undefined) throw new UnreadableAnswerError('An answer has no Content-Length.');
  return Number(length);
}

/** A slice of a string keeps the whole of it in memory, and these are kept. */
function copyOf(text: string | undefined): string | undefined {
  return text === undefined ? undefined : Buffer.from(text, 'latin1').toString('latin1');
}
