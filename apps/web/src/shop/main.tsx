import '../design/index.css';
import './shop.css';
import './sale/sale.css';
import './products/products.css';
import './orders/orders.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { openShop, ShopProvider } from './open-shop.js';
import { Shop } from './Shop.js';

const root = document.getElementById('root');
if (!root) throw new Error('The page has no #root.');
createRoot(root).render(
  <StrictMode>
    <ShopProvider value={openShop()}>
      <Shop />
    </ShopProvider>
  </StrictMode>,
);
