import { Item } from './catalogue/Item.js';
import { Items } from './catalogue/Items.js';
import { NewItem } from './catalogue/NewItem.js';
import { NewSale } from './catalogue/NewSale.js';
import { Sale } from './catalogue/Sale.js';
import { Sales } from './catalogue/Sales.js';
import { Locks } from './locks/Locks.js';
import { Navigation } from './Navigation.js';
import { Order } from './orders/Order.js';
import { Orders } from './orders/Orders.js';
import { DeadLetters } from './outbox/DeadLetters.js';
import { Overview } from './overview/Overview.js';
import { useRoute, type Route } from './route.js';

/** The frame of every view, and the one that the address names. */
export function Views() {
  const route = useRoute();
  return (
    <div className="frame">
      <Navigation current={route.view} />
      <main className="view">
        <CurrentView {...route} />
      </main>
    </div>
  );
}

function CurrentView({ view, id, query }: Route) {
  switch (view) {
    case 'overview':
      return <Overview saleId={query.get('sale') ?? undefined} />;
    case 'sales':
      if (id === 'new') return <NewSale />;
      return id === undefined ? <Sales /> : <Sale key={id} id={id} />;
    case 'items':
      if (id === 'new') return <NewItem />;
      return id === undefined ? <Items /> : <Item key={id} id={id} />;
    case 'orders':
      return id === undefined ? <Orders key={query.toString()} query={query} /> : <Order key={id} id={id} />;
    case 'locks':
      return <Locks />;
    case 'dead-letters':
      return <DeadLetters />;
  }
}
