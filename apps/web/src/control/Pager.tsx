import { Button } from '../design/Button.js';
import type { Pages } from './use-pages.js';

type PagerProps = Pick<Pages<unknown>, 'number' | 'next' | 'previous'>;

/** Leads through the pages of a list; where there is one, it is not there. */
export function Pager({ number, next, previous }: PagerProps) {
  if (!next && !previous) return null;
  return (
    <nav className="actions" aria-label="Pages">
      <Button look="quiet" disabled={!previous} onClick={previous}>
        Previous page
      </Button>
      <span className="soft" role="status">
        Page {number}
      </span>
      <Button look="quiet" disabled={!next} onClick={next}>
        Next page
      </Button>
    </nav>
  );
}
