import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { ProblemError } from '../../problem/problems.js';

const LOAD_TIMEOUT_MS = 5_000;
const MAX_BYTES = 256 * 1024;

export interface KeySetOptions {
  /** Default: 5 minutes. A key that was withdrawn is believed for no longer. */
  readonly refreshMs?: number;
  /** Between two loads that were not due: however many tokens name keys that nobody has. Default: 5 s. */
  readonly coolDownMs?: number;
}

/**
 * The public keys of an identity provider (JWKS, RFC 7517), loaded beforehand and kept up to date in the background, so that
 * no buyer waits for the provider. While it is away the last ones stay: a provider that is down does not stop a sale. A key
 * that is not among them is looked for at once, and then not again for `coolDownMs`.
 */
export class KeySet {
  private readonly logger = new Logger('BuyerKeys');
  private readonly url: string;
  private readonly refreshMs: number;
  private readonly coolDownMs: number;
  private readonly closing = new AbortController();
  private find: JWTVerifyGetKey | undefined;
  private text = '';
  private failure: string | undefined = 'they have not been loaded yet';
  private loading: Promise<void> | undefined;
  private askedAt = -Infinity;
  private changes = 0;

  constructor(url: string, { refreshMs = 300_000, coolDownMs = 5_000 }: KeySetOptions = {}) {
    this.url = url;
    this.refreshMs = refreshMs;
    this.coolDownMs = coolDownMs;
  }

  /** Loads the keys, and goes on doing so. It resolves whatever came of the first time. */
  async start(): Promise<void> {
    await this.load();
    void this.keepFresh();
  }

  stop(): void {
    this.closing.abort();
  }

  get state(): 'up' | 'degraded' | 'down' {
    if (!this.find) return 'down';
    return this.failure === undefined ? 'up' : 'degraded';
  }

  /** Grows with every change of the keys. */
  get generation(): number {
    return this.changes;
  }

  /**
   * The key that a token names, for jose.
   * @throws ProblemError dependency_unavailable when it might be one that the provider could not be asked for
   * @throws errors.JOSEError when the provider has no such key
   */
  readonly keyOf: JWTVerifyGetKey = async (header, token) => {
    try {
      if (this.find) return await this.find(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
    }
    if (performance.now() - this.askedAt >= this.coolDownMs || this.loading) await this.load();
    try {
      if (this.find) return await this.find(header, token);
    } catch (error) {
      if (this.failure === undefined) throw error;
    }
    throw new ProblemError('dependency_unavailable', "The identity provider's keys could not be loaded.");
  };

  private async keepFresh(): Promise<void> {
    const { signal } = this.closing;
    for (;;) {
      const waitMs = this.failure === undefined ? this.refreshMs : Math.min(this.coolDownMs, this.refreshMs);
      await sleep(waitMs, undefined, { signal, ref: false }).catch(() => undefined);
      if (signal.aborted) return;
      await this.load();
    }
  }

  /** One load at a time, however many wait for it. */
  private load(): Promise<void> {
    this.askedAt = performance.now();
    this.loading ??= this.loadOnce().finally(() => (this.loading = undefined));
    return this.loading;
  }

  private async loadOnce(): Promise<void> {
    const before = this.failure;
    try {
      const text = await this.fetchKeys();
      const keys = JSON.parse(text) as JSONWebKeySet;
      const find = createLocalJWKSet(keys);
      if (keys.keys.length === 0) throw new Error('a set without keys'); // nobody would be let in any more
      if (text !== this.text) [this.text, this.find, this.changes] = [text, find, this.changes + 1];
      this.failure = undefined;
      if (before !== undefined) this.logger.log("the identity provider's keys are loaded");
    } catch (error) {
      this.failure = reasonOf(error);
      if (before !== this.failure) {
        const what = this.find ? 'the last ones stay' : 'no buyer can be let in';
        this.logger.warn({ err: error }, `the identity provider's keys could not be loaded; ${what}`);
      }
    }
  }

  private async fetchKeys(): Promise<string> {
    const signal = AbortSignal.any([this.closing.signal, AbortSignal.timeout(LOAD_TIMEOUT_MS)]);
    const response = await fetch(this.url, {
      headers: { accept: 'application/json' },
      redirect: 'error', // the keys are believed because of where they lie
      signal,
    });
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      bytes += chunk.byteLength;
      if (bytes > MAX_BYTES) throw new Error(`more than ${MAX_BYTES} bytes`);
      chunks.push(chunk);
    }
    if (!response.ok) throw new Error(`answered ${response.status}`);
    return Buffer.concat(chunks).toString('utf8');
  }
}

function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error ? cause.message : message;
}
