import { useStore } from '../shared/store.js';
import { useShop } from './open-shop.js';
import { isHeld } from './orders/orders-state.js';

/** The name of the shop, and the ways within the page. */
export function ShopHeader() {
  const { orders } = useShop();
  const held = useStore(orders.state, (state) => state.orders.filter(isHeld).length);
  return (
    <header className="shop-header">
      <a className="skip" href="#products">
        Skip to the products
      </a>
      <a className="brand" href="/">
        <img src="/icon.svg" width="28" height="28" alt="" />
        Holdfast
      </a>
      <nav aria-label="On this page">
        <a href="#products">Products</a>
        <a href="#orders">
          My orders{' '}
          <span className="count" data-empty={held === 0}>
            {held}
            <span className="visually-hidden"> held</span>
          </span>
        </a>
      </nav>
    </header>
  );
}
