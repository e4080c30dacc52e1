import { request } from './api.js';
import { formatDuration, formatMoment, now, setClock } from './clock.js';
import { describeRefusal, describeUnknown, describeWait, say } from './messages.js';
import { hasOpenOrder, learnNames, refreshOrders, tickOrders } from './orders.js';
import { setBusy, showProducts } from './products.js';
import { buy, hasIntent } from './purchase.js';

/** The page: which sale is shown, how often it is read again, and what a click on Buy does. */

const STOCK_EVERY_MS = 2_000;
const NO_SALE_EVERY_MS = 10_000;
const ORDERS_EVERY_MS = 10_000;
const SECOND_MS = 1_000;
/** The answer may come between the two clicks of a double click, which is one wish. */
const DOUBLE_CLICK_MS = 500;

let sale = null;
let etag = null;
let timer = null;
let reading = null;

/** Reads the sale again, or looks for one; the stock that is shown is at most two seconds old. */
async function refresh() {
  reading ??= (sale && sale.status !== 'ended' ? readAgain() : findSale()).finally(() => (reading = null));
  const answered = await reading;
  document.getElementById('offline').hidden = answered;
  clearTimeout(timer);
  if (!document.hidden) timer = setTimeout(refresh, sale ? STOCK_EVERY_MS : NO_SALE_EVERY_MS);
}

/** The sale that is on, else the next one. @returns whether the shop answered */
async function findSale() {
  const sentAt = performance.now();
  const [live, paused, scheduled] = await Promise.all(
    ['live', 'paused', 'scheduled'].map((status) => request('GET', `/v1/sales?status=${status}`)),
  );
  if (live.status !== 200) return false;
  const next = (scheduled.body?.data ?? []).toSorted(
    (a, b) => Date.parse(a.startsAt) - Date.parse(b.startsAt),
  );
  const found = live.body.data[0] ?? paused.body?.data?.[0] ?? next[0] ?? null;
  etag = null;
  if (found) setClock(found.serverTime, sentAt);
  show(found);
  return true;
}

async function readAgain() {
  const sentAt = performance.now();
  const headers = etag ? { 'if-none-match': etag } : {};
  const answer = await request('GET', `/v1/sales/${sale.id}`, { headers });
  if (answer.status === 304) return true;
  if (answer.status === 404) sale = null; // the shop began anew
  if (answer.status !== 200) return answer.status === 404;
  etag = answer.etag;
  setClock(answer.body.serverTime, sentAt);
  show(answer.body);
  return true;
}

function show(found) {
  const isNew = found?.id !== sale?.id;
  sale = found;
  learnNames(sale?.items ?? []);
  showHeading();
  showProducts(sale, purchase);
  if (isNew && sale) finishPurchases();
}

const STATUSES = {
  live: ['on now', 'good'],
  paused: ['paused', 'warn'],
  scheduled: ['coming up', 'warn'],
  ended: ['ended', 'bad'],
};

function showHeading() {
  const status = document.getElementById('sale-status');
  status.hidden = !sale;
  const [label, tone] = STATUSES[sale?.status] ?? ['', 'warn'];
  status.textContent = label;
  status.dataset.tone = tone;
  document.getElementById('sale-name').textContent = sale?.name ?? 'No sale at the moment';
  document.getElementById('sale-note').textContent = noteOf(sale);
  document.title = sale ? `${sale.name} · Holdfast shop` : 'Holdfast shop';
  tick();
}

function noteOf(current) {
  if (!current) return 'None is planned yet. This page will show it when there is one.';
  if (current.status === 'scheduled')
    return `No sale is on now. This one begins ${formatMoment(current.startsAt)}.`;
  if (current.status === 'ended') return `It ended ${formatMoment(current.endsAt)}.`;
  if (current.status === 'paused')
    return 'It is paused for a moment; nothing can be bought until it goes on.';
  return `Until ${formatMoment(current.endsAt)}, or until everything is sold.`;
}

/** Counts down on the server's clock, and reads again at the moment that the sale begins or ends. */
function tick() {
  const countdown = document.getElementById('countdown');
  const upcoming = sale?.status === 'scheduled';
  countdown.hidden = !sale || sale.status === 'ended';
  if (!countdown.hidden) {
    const leftMs = Date.parse(upcoming ? sale.startsAt : sale.endsAt) - now();
    document.getElementById('countdown-label').textContent = upcoming ? 'begins in' : 'ends in';
    document.getElementById('countdown-time').textContent = formatDuration(leftMs);
    if (leftMs <= 0 && leftMs > -SECOND_MS) void refresh();
  }
  tickOrders();
}

async function purchase(item) {
  const current = sale;
  setBusy(current, item, true);
  const clicksOver = new Promise((resolve) => setTimeout(resolve, DOUBLE_CLICK_MS));
  const tell = (text, tone) => say(item.itemId, text, tone);
  const outcome = await buy(current.id, item, ({ code, waitMs }) =>
    tell(describeWait(code, item, waitMs), 'warn'),
  );
  void clicksOver.then(() => setBusy(current, item, false));
  if (outcome.kind === 'ordered') tell(orderedText(item, outcome.order), 'good');
  else if (outcome.kind === 'refused') tell(describeRefusal(outcome.code, item, current), 'bad');
  else tell(describeUnknown(item), 'warn');
  await Promise.all([refresh(), refreshOrders()]);
}

function orderedText(item, order) {
  return `${item.name} is yours: held until ${formatMoment(order.expiresAt)}.`;
}

/** What a reload or a lost answer left open: asked for again under its key. */
function finishPurchases() {
  for (const item of sale.items) if (hasIntent(sale.id, item.itemId)) void purchase(item);
}

document.addEventListener('visibilitychange', () => {
  if (document.hidden) return clearTimeout(timer);
  etag = null; // the clock may have stood still with the machine: an answer with a body sets it
  void refresh();
  void refreshOrders();
});
setInterval(tick, SECOND_MS);
setInterval(() => !document.hidden && hasOpenOrder() && refreshOrders(), ORDERS_EVERY_MS);
await Promise.all([refresh(), refreshOrders()]);
