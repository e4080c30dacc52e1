import { memo } from 'react';
import type { SaleItemView, SaleView } from '#client';
import { useStore } from '../../shared/store.js';
import { useShop } from '../open-shop.js';
import { unitsOf } from '../orders/orders-state.js';
import { BuyButton } from './BuyButton.js';
import { offerOf } from './offer.js';
import { Picture } from './Picture.js';
import { Price } from './Price.js';
import { ProductNote } from './ProductNote.js';
import { Stock } from './Stock.js';

export interface ProductCardProps {
  readonly item: SaleItemView;
  readonly saleId: string;
  readonly status: SaleView['status'];
  readonly startsAt: string;
  readonly onBuy: (item: SaleItemView) => void;
}

/** One item of the sale. Drawn anew when it changes itself, not when another one does. */
export const ProductCard = memo(function ProductCard({
  item,
  saleId,
  status,
  startsAt,
  onBuy,
}: ProductCardProps) {
  const { purchases, orders } = useShop();
  const purchase = useStore(purchases.states, (states) => states[item.itemId]);
  const units = useStore(orders.state, (state) => unitsOf(state.orders, saleId, item.itemId));
  const offer = offerOf({ item, status, purchase, units });
  const noteId = `note-${item.itemId}`;
  return (
    <article
      className="product"
      data-availability={item.availability}
      aria-labelledby={`name-${item.itemId}`}
    >
      <Picture url={item.imageUrl} />
      <div className="product-text">
        <h2 id={`name-${item.itemId}`}>{item.name}</h2>
        <p className="description">{item.description}</p>
        <Stock available={item.available} availability={item.availability} />
        <p className="terms">
          <Price price={item.price} />
          {item.purchaseLimit !== null && <span>{item.purchaseLimit} a buyer</span>}
        </p>
        <BuyButton offer={offer} item={item} noteId={noteId} onBuy={onBuy} />
        <ProductNote
          id={noteId}
          itemId={item.itemId}
          purchaseLimit={item.purchaseLimit}
          saleId={saleId}
          startsAt={startsAt}
          offer={offer}
          purchase={purchase}
        />
      </div>
    </article>
  );
});
