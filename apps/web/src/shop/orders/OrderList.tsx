import { Button } from '../../design/Button.js';
import { useStore } from '../../shared/store.js';
import { useShop } from '../open-shop.js';
import { OrderCard } from './OrderCard.js';

/** What this buyer has ordered, newest first. */
export function OrderList() {
  const { orders } = useShop();
  const list = useStore(orders.state, (state) => state.orders);
  const hasOlder = useStore(orders.state, (state) => state.nextCursor !== null);
  const isLoadingOlder = useStore(orders.state, (state) => state.isLoadingOlder);
  return (
    <section className="orders" aria-labelledby="orders">
      <h2 id="orders" tabIndex={-1}>
        My orders
      </h2>
      {list.length === 0 && (
        <p className="orders-empty">Nothing yet. What you buy is held here for you while you pay.</p>
      )}
      <ul className="order-list">
        {list.map((order) => (
          <li key={order.id}>
            <OrderCard order={order} />
          </li>
        ))}
      </ul>
      {hasOlder && (
        <Button look="quiet" aria-busy={isLoadingOlder} onClick={() => void orders.loadOlder()}>
          {isLoadingOlder ? 'Loading …' : 'Show older orders'}
        </Button>
      )}
    </section>
  );
}
