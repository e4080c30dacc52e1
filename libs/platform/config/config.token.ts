/** The injection token of the validated settings. */
export const CONFIG = Symbol('Config');
