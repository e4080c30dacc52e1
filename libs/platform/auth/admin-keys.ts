import { createHash, timingSafeEqual } from 'node:crypto';

/** The administrators' keys, compared in constant time: by digest, since timingSafeEqual throws on unequal lengths. */
export class AdminKeys {
  private readonly digests: Buffer[];

  constructor(keys: readonly string[]) {
    this.digests = keys.map(digest);
  }

  matches(key: string): boolean {
    const given = digest(key);
    return this.digests.filter((known) => timingSafeEqual(known, given)).length > 0; // looks at all of them
  }
}

function digest(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}
