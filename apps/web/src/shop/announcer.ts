import { Store } from '../shared/store.js';

/** What a screen reader is told next; the count tells two equal ones apart. */
export const announcement = new Store({ text: '', count: 0 });

/** Says something once, without taking anybody's focus. */
export function announce(text: string): void {
  announcement.set({ text, count: announcement.get().count + 1 });
}
