import type { Grant, LockClaim, LockProvider, LockRequest, Refusal, Release } from '#lock';

/** A provider whose operations a test can replace one by one; what is not replaced goes to the real one. */
export class InterceptedProvider implements LockProvider {
  onAcquire: ((request: LockRequest) => Promise<Grant | Refusal>) | undefined;
  onExtend: ((claim: LockClaim, leaseMs: number) => Promise<boolean>) | undefined;
  onRelease: ((claim: LockClaim) => Promise<Release>) | undefined;
  onWatch: ((resource: string, wake: () => void) => () => void) | undefined;
  readonly real: LockProvider;

  constructor(real: LockProvider) {
    this.real = real;
  }

  check(resources: readonly string[]): void {
    this.real.check(resources);
  }

  acquire(request: LockRequest): Promise<Grant | Refusal> {
    return this.onAcquire?.(request) ?? this.real.acquire(request);
  }

  extend(claim: LockClaim, leaseMs: number): Promise<boolean> {
    return this.onExtend?.(claim, leaseMs) ?? this.real.extend(claim, leaseMs);
  }

  release(claim: LockClaim): Promise<Release> {
    return this.onRelease?.(claim) ?? this.real.release(claim);
  }

  watch(resource: string, wake: () => void): () => void {
    return this.onWatch?.(resource, wake) ?? this.real.watch(resource, wake);
  }

  close(): Promise<void> {
    return this.real.close();
  }
}
