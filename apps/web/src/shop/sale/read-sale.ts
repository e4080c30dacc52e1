import type { SaleView } from '#client';
import { setClock } from '../../shared/clock.js';
import { api } from '../api.js';
import { replyOf, type Reply } from '../reply.js';

type Status = SaleView['status'];

/** A sale as it is now; 304 where that is what the ETag stands for. Sets the clock. */
export async function readSale(saleId: string, etag: string | null): Promise<Reply<SaleView>> {
  const sentAt = performance.now();
  const headers = etag === null ? {} : { 'if-none-match': etag };
  const reply = await replyOf(api.GET('/v1/sales/{saleId}', { params: { path: { saleId } }, headers }));
  if (reply.data) setClock(reply.data.serverTime, sentAt);
  return reply;
}

/** The sale that is on, else one that is paused, else the next. @returns undefined where the service did not say */
export async function findSale(): Promise<SaleView | null | undefined> {
  const live = await list('live');
  if (live?.[0]) return live[0];
  const [paused, scheduled] = await Promise.all([list('paused'), list('scheduled')]);
  if (!live || !paused || !scheduled) return undefined;
  const next = scheduled.toSorted((a, b) => Date.parse(a.startsAt) - Date.parse(b.startsAt));
  return paused[0] ?? next[0] ?? null;
}

async function list(status: Status): Promise<SaleView[] | undefined> {
  const sentAt = performance.now();
  const { data } = await replyOf(api.GET('/v1/sales', { params: { query: { status } } }));
  if (data?.data[0]) setClock(data.data[0].serverTime, sentAt);
  return data?.data;
}
