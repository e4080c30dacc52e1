import { asGuest, knownGuest, request } from './api.js';
import { formatDuration, formatMoment, now } from './clock.js';
import { formatMoney } from './money.js';

const list = document.getElementById('order-list');
const empty = document.getElementById('orders-empty');
const more = document.getElementById('orders-more');

const STATUSES = {
  pending_payment: ['held for you', 'warn'],
  paid: ['paid', 'good'],
  fulfilled: ['on its way', 'good'],
  expired: ['expired', 'bad'],
  cancelled: ['cancelled', 'bad'],
  refund_pending: ['being refunded', 'warn'],
  refunded: ['refunded', 'bad'],
};

let orders = [];
let nextCursor = null;
let names = new Map();

/** Lets the list call items by their names; an order itself knows SKUs. */
export function learnNames(items) {
  names = new Map([...names, ...items.map((item) => [item.itemId, item.name])]);
}

/** Reads the newest orders again; those on older pages that were shown stay. */
export async function refreshOrders() {
  const answer = await readPage('');
  if (!answer) return;
  const fresh = new Set(answer.data.map((order) => order.id));
  const older = orders.filter((order) => !fresh.has(order.id));
  if (older.length === 0 || orders.length === 0) nextCursor = answer.nextCursor;
  orders = [...answer.data, ...older];
  render();
}

more.onclick = async () => {
  const answer = await readPage(`?cursor=${encodeURIComponent(nextCursor)}`);
  if (!answer) return;
  nextCursor = answer.nextCursor;
  orders = [...orders, ...answer.data];
  render();
};

async function readPage(query) {
  const guest = knownGuest();
  if (!guest) return null;
  const answer = await request('GET', `/v1/orders${query}`, { headers: asGuest(guest) });
  return answer.status === 200 ? answer.body : null;
}

export function hasOpenOrder() {
  return orders.some((order) => order.status === 'pending_payment');
}

/** Counts the holds down; called every second. */
export function tickOrders() {
  for (const note of list.querySelectorAll('[data-expires-at]'))
    note.textContent = holdText(note.dataset.expiresAt);
}

function render() {
  empty.hidden = orders.length > 0;
  more.hidden = nextCursor === null;
  list.replaceChildren(...orders.map(renderOrder));
}

function renderOrder(order) {
  const [label, tone] = STATUSES[order.status] ?? [order.status, 'warn'];
  const status = make('span', 'badge', label);
  status.dataset.tone = tone;
  const total = make('p', 'order-total', formatMoney(order.total));
  const note = make('p', 'order-note', `Ordered ${formatMoment(order.createdAt)}`);
  if (order.status === 'pending_payment') {
    note.dataset.expiresAt = order.expiresAt;
    note.textContent = holdText(order.expiresAt);
  }
  const row = make('li', 'order');
  const what = make('p', 'order-lines', `${order.lines.map(describeLine).join(', ')} `);
  what.append(status);
  row.append(what, total, note);
  return row;
}

function describeLine(line) {
  return `${line.quantity} × ${names.get(line.itemId) ?? line.sku}`;
}

function holdText(expiresAt) {
  const leftMs = Date.parse(expiresAt) - now();
  if (leftMs <= 0) return 'The hold has run out.';
  return `Held for you until ${formatMoment(expiresAt)}, another ${formatDuration(leftMs)}.`;
}

function make(tag, className, text) {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
}
