import { createHmac, timingSafeEqual } from 'node:crypto';

/** Older or newer than this is refused: what was overheard cannot be sent again later. */
const MAX_AGE_SECONDS = 300;
const FORM = /^t=(\d{1,12}),v1=([0-9a-f]{64})$/i;

/** Signs and verifies `t=<unix seconds>,v1=<hex HMAC-SHA256 of "t.body">`. */
export class WebhookSignature {
  /** @param secrets the current one, which signs, and the previous one, which is still believed; without any nothing is */
  constructor(private readonly secrets: readonly string[]) {}

  sign(body: string, nowSec: number): string {
    const [current] = this.secrets;
    if (current === undefined) throw new Error('There is no secret to sign with.');
    const at = String(Math.floor(nowSec));
    return `t=${at},v1=${digest(current, at, body).toString('hex')}`;
  }

  verifies(signature: string | undefined, body: string, nowSec: number): boolean {
    const [, at, given] = FORM.exec(signature ?? '') ?? [];
    if (at === undefined || given === undefined) return false;
    if (Math.abs(nowSec - Number(at)) > MAX_AGE_SECONDS) return false;
    const bytes = Buffer.from(given, 'hex');
    return this.secrets.filter((secret) => timingSafeEqual(digest(secret, at, body), bytes)).length > 0;
  }
}

function digest(secret: string, at: string, body: string): Buffer {
  return createHmac('sha256', secret).update(`${at}.${body}`).digest();
}
