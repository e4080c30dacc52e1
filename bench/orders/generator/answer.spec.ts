import { describe, expect, it } from '@jest/globals';
import { readAnswer, UnreadableAnswerError } from './answer.js';

const ORDER = '0193a2b4-0000-7000-8000-00000000abcd';

function answer(head: string, body = ''): Buffer {
  return Buffer.from(`HTTP/1.1 ${head}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
}

describe('an answer', () => {
  it('tells the order that was made', () => {
    const bytes = answer(`201 Created\r\nLocation: /v1/orders/${ORDER}\r\nDate: now`, '{"id":"…"}');
    expect(readAnswer(bytes)).toEqual({ status: 201, code: undefined, orderId: ORDER });
  });

  it('tells the code of a refusal', () => {
    const body = JSON.stringify({
      type: 'about:blank',
      status: 409,
      code: 'sold_out',
      detail: 'Ausverkauft – alles weg',
    });
    expect(readAnswer(answer('409 Conflict', body))).toMatchObject({ status: 409, code: 'sold_out' });
  });

  it('has no body after 304, whatever its headers say', () => {
    const bytes = Buffer.from('HTTP/1.1 304 Not Modified\r\netag: W/"x"\r\n\r\n');
    expect(readAnswer(bytes)).toMatchObject({ status: 304 });
  });

  it('is waited for until the last byte has come', () => {
    const bytes = answer('201 Created', '{"id":"some order"}');
    for (let length = 0; length < bytes.length; length += 1) {
      expect(readAnswer(bytes.subarray(0, length))).toBeUndefined();
    }
    expect(readAnswer(bytes)).toBeDefined();
  });

  it.each([
    ['two of them', Buffer.concat([answer('200 OK', '{}'), answer('200 OK', '{}')])],
    ['one without its length', Buffer.from('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n')],
    ['something else', Buffer.from('SSH-2.0-OpenSSH\r\n\r\n')],
    ['headers without an end', Buffer.alloc(20_000, 'x')],
  ])('is not read from %s', (_, bytes) => {
    expect(() => readAnswer(bytes)).toThrow(UnreadableAnswerError);
  });
});
