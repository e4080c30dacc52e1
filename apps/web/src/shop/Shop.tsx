import { useEffect } from 'react';
import { Announcer } from './Announcer.js';
import { useShop } from './open-shop.js';
import { HoldBar } from './orders/HoldBar.js';
import { OrderList } from './orders/OrderList.js';
import { ProductList } from './products/ProductList.js';
import { SaleHeading } from './sale/SaleHeading.js';
import { ShopHeader } from './ShopHeader.js';

/** The whole page: the sale, what it sells, and what this buyer has ordered. */
export function Shop() {
  const shop = useShop();
  useEffect(() => shop.start(), [shop]);
  return (
    <>
      <ShopHeader />
      <main className="shop">
        <SaleHeading />
        <ProductList />
        <OrderList />
      </main>
      <footer className="shop-footer">
        <p>A demonstration: nothing is charged, and nothing is shipped.</p>
      </footer>
      <HoldBar />
      <Announcer />
    </>
  );
}
