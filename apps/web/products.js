import { formatMoney } from './money.js';
import { hasIntent } from './purchase.js';

const list = document.getElementById('products');
const cards = new Map();
const busy = new Set();

/** Shows the sale's items. Cards stay the same elements, so that focus and screen readers keep their place. */
export function showProducts(sale, onBuy) {
  const shown = new Set();
  for (const item of sale?.items ?? []) {
    const id = `${sale.id}.${item.itemId}`;
    shown.add(id);
    const card = cards.get(id) ?? createCard(id);
    card.button.onclick = () => onBuy(item);
    updateCard(card, sale, item, busy.has(id));
  }
  for (const [id, card] of cards) {
    if (shown.has(id)) continue;
    card.element.remove();
    cards.delete(id);
  }
}

/** While a purchase is under way its button waits with it. */
export function setBusy(sale, item, isBusy) {
  const id = `${sale.id}.${item.itemId}`;
  if (isBusy) busy.add(id);
  else busy.delete(id);
  const card = cards.get(id);
  if (card) updateCard(card, sale, item, isBusy);
}

function createCard(id) {
  const element = make('li', 'product');
  const picture = make('img');
  picture.alt = ''; // the name stands beside it
  picture.loading = 'lazy';
  picture.width = 400;
  picture.height = 300;
  picture.onerror = () => (picture.hidden = true);
  const text = make('div', 'product-text');
  const name = make('h2');
  const description = make('p', 'description');
  const facts = make('p', 'facts');
  const stock = make('span', 'badge');
  const limit = make('span');
  facts.append(stock, limit);
  const purchase = make('div', 'purchase');
  const price = make('span', 'price');
  const button = make('button');
  button.type = 'button';
  purchase.append(price, button);
  text.append(name, description, facts, purchase);
  element.append(picture, text);
  list.append(element);
  const card = { element, picture, name, description, stock, limit, price, button };
  cards.set(id, card);
  return card;
}

function updateCard(card, sale, item, isBusy) {
  const soldOut = item.availability === 'sold_out';
  card.element.dataset.availability = item.availability;
  if (card.picture.getAttribute('src') !== item.imageUrl) {
    card.picture.hidden = !item.imageUrl;
    if (item.imageUrl) card.picture.src = item.imageUrl;
  }
  setText(card.name, item.name);
  setText(card.description, item.description);
  setText(card.stock, soldOut ? 'sold out' : `${item.available} left`);
  card.stock.dataset.tone = { in_stock: 'good', low_stock: 'warn', sold_out: 'bad' }[item.availability];
  setText(card.limit, item.purchaseLimit === null ? '' : `at most ${item.purchaseLimit} each`);
  setText(card.price, formatMoney(item.price));
  const unanswered = hasIntent(sale.id, item.itemId);
  setText(card.button, labelOf({ isBusy, unanswered, soldOut, status: sale.status }));
  card.button.setAttribute('aria-label', `${card.button.textContent}: ${item.name}`);
  // A purchase without an answer may be asked about whatever the stock is now: it may have taken the last unit.
  card.button.disabled = isBusy || (!unanswered && (soldOut || sale.status !== 'live'));
}

function labelOf({ isBusy, unanswered, soldOut, status }) {
  if (isBusy) return 'Ordering …';
  if (unanswered) return 'Ask again';
  if (soldOut) return 'Sold out';
  return { scheduled: 'Not yet', paused: 'Paused', ended: 'Ended' }[status] ?? 'Buy';
}

function make(tag, className) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  return element;
}

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
