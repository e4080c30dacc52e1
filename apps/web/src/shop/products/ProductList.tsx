import { useStore } from '../../shared/store.js';
import { useShop } from '../open-shop.js';
import { ProductCard } from './ProductCard.js';

const PLACEHOLDERS = [1, 2, 3];

/** What the sale sells. */
export function ProductList() {
  const shop = useShop();
  const sale = useStore(shop.sale.state, (state) => state.sale);
  const isRead = useStore(shop.sale.state, (state) => state.isRead);
  if (!isRead) {
    return (
      <div className="products" aria-hidden="true">
        {PLACEHOLDERS.map((place) => (
          <div key={place} className="product placeholder" />
        ))}
      </div>
    );
  }
  return (
    <section id="products" tabIndex={-1} aria-label="Products">
      <ul className="products">
        {sale?.items.map((item) => (
          <li key={`${sale.id}.${item.itemId}`}>
            <ProductCard
              item={item}
              saleId={sale.id}
              status={sale.status}
              startsAt={sale.startsAt}
              onBuy={shop.buy}
            />
          </li>
        ))}
      </ul>
    </section>
  );
}
