import { Button } from '../design/Button.js';
import { hrefOf, VIEWS, type View } from './route.js';
import { useSession } from './session.js';

const NAMES: Readonly<Record<View, string>> = {
  overview: 'Overview',
  sales: 'Sales',
  items: 'Items',
  orders: 'Orders',
  locks: 'Locks',
  'dead-letters': 'Dead letters',
};

/** Leads to every view, and out. */
export function Navigation({ current }: { readonly current: View }) {
  const { signOut } = useSession();
  return (
    <header className="side">
      <p className="brand">
        <img src="/icon.svg" alt="" width="32" height="32" />
        <span>Holdfast</span>
      </p>
      <nav aria-label="Control room">
        <ul>
          {VIEWS.map((view) => (
            <li key={view}>
              <a href={hrefOf(view)} aria-current={view === current ? 'page' : undefined}>
                {NAMES[view]}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <div className="side-end">
        <a href="/">Storefront</a>
        <a href="/docs">API</a>
        <Button look="quiet" onClick={() => signOut()}>
          Sign out
        </Button>
      </div>
    </header>
  );
}
