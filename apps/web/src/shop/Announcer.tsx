import { useStore } from '../shared/store.js';
import { announcement } from './announcer.js';

/** Reads out what happens. A new element each time, so that the same words are heard twice. */
export function Announcer() {
  const { text, count } = useStore(announcement, (current) => current);
  return (
    <div className="visually-hidden" role="status" aria-live="polite">
      <p key={count}>{text}</p>
    </div>
  );
}
