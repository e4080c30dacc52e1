import { LockManager, type AcquireOptions, type Lock } from '#lock';

/** No release on the error path: a job that throws keeps its lock, which the watchdog renews on and on. */
export class CarelessManager extends LockManager {
  override async using<T>(
    resources: string | readonly string[],
    options: AcquireOptions,
    job: (lock: Lock) => Promise<T>,
  ): Promise<T> {
    const lock = await this.acquire(resources, options);
    const value = await job(lock);
    await lock.release();
    return value;
  }
}
