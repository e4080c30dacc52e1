import type { Acquisitions } from './acquisitions.js';
import type { Backend } from './backend.js';
import { Bell } from './bell.js';
import { contend, type Message } from './contention.js';
import type { Place } from './local-queue.js';
import type { Lock } from './lock.js';
import type { TimedGrant } from './lock-store.js';
import type { AcquireSomeOptions } from './options.js';
import type { LockRequest, Refusal } from './provider.js';

/** What `tryAcquireSome` has now, and what it waits for. */
export interface SomeLocks {
  /** One lock a resource. */
  readonly granted: ReadonlyMap<string, Lock>;
  /** Of the others, each its lock when it comes within `waitMs`; a rejection that nobody awaits is harmless. */
  readonly pending: ReadonlyMap<string, Promise<Lock>>;
}

interface Claim {
  readonly request: LockRequest;
  readonly place: Place;
  readonly bell: Bell<Message>;
  readonly endWatch: () => void;
}

/**
 * Sends one attempt for all resources in front of whose local line nobody stands. Each refused one goes on waiting by
 * itself, in the place that the attempt has given it; the rest wait in their lines.
 * @param requests of one resource each
 * @param acquire waits for one that is taken in this process
 */
export async function acquireSome(
  acquisitions: Acquisitions,
  backend: Backend,
  requests: readonly LockRequest[],
  options: AcquireSomeOptions,
  acquire: (resource: string) => Promise<Lock>,
): Promise<SomeLocks> {
  const claims: Claim[] = [];
  const taken: string[] = [];
  for (const request of requests) {
    const place = backend.queue.tryEnter(request.resources);
    if (!place) {
      taken.push(resourceOf(request));
      continue;
    }
    const bell = new Bell<Message>();
    const endWatch = backend.store.watch(request, (event) => bell.ring(event));
    claims.push({ request, place, bell, endWatch });
  }
  const sentAt = performance.now();
  const answers = await firstAttempt(acquisitions, backend, claims, options);

  const granted = new Map<string, Lock>();
  const pending = new Map<string, Promise<Lock>>();
  for (const [index, claim] of claims.entries()) {
    const { request, place, bell, endWatch } = claim;
    const answer = answers[index];
    if (!answer || (!answer.granted && request.placeMs === 0)) {
      leave(claim);
    } else if (answer.granted) {
      endWatch();
      granted.set(resourceOf(request), acquisitions.hold(backend, request, answer, options, place));
      acquisitions.tellAcquired(backend, request, performance.now() - sentAt);
    } else {
      const first = { refusal: answer, sentAt, bell, endWatch };
      const lock = acquisitions.observed(backend, request, options, async (limit) => {
        const grant = await contend(backend, request, limit, first);
        return acquisitions.hold(backend, request, grant, options, place);
      });
      lock.catch(() => {
        leave(claim);
        backend.store.giveBack(request); // its place, if it ended before it began to contend
      });
      pending.set(resourceOf(request), lock);
    }
  }
  if (options.waitMs > 0) {
    for (const resource of taken) pending.set(resource, acquire(resource));
  }
  for (const lock of pending.values()) lock.catch(() => undefined);
  return { granted, pending };
}

async function firstAttempt(
  acquisitions: Acquisitions,
  backend: Backend,
  claims: readonly Claim[],
  options: AcquireSomeOptions,
): Promise<(TimedGrant | Refusal)[]> {
  const requests = claims.map(({ request }) => request);
  try {
    const once = { ...options, waitMs: 0 };
    return await acquisitions.limited(backend, requests.map(resourceOf), once, (limit) =>
      backend.store.acquireSome(requests, limit),
    );
  } catch (error) {
    for (const claim of claims) leave(claim);
    throw error;
  }
}

function leave({ place, endWatch }: Claim): void {
  endWatch();
  place.leave();
}

function resourceOf({ resources: [resource = ''] }: LockRequest): string {
  return resource;
}
