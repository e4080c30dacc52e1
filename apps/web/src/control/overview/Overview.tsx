import { useCallback, useEffect } from 'react';
import { dataOf, type SaleView } from '#client';
import { Page } from '../Page.js';
import { Read } from '../Read.js';
import { useSession } from '../session.js';
import { useRead } from '../use-read.js';
import { Away } from './Away.js';
import { Books } from './Books.js';
import { Crowd } from './Crowd.js';
import { Plots } from './Plots.js';
import { SaleChoice } from './SaleChoice.js';

const SALES_EVERY_MS = 5_000;

/** One sale as it sells: who buys, what is left, how the service keeps up, and whether its books agree. */
export function Overview({ saleId }: { readonly saleId: string | undefined }) {
  const { client } = useSession();
  const sales = useRead(
    useCallback(() => listSales(client, saleId), [client, saleId]),
    SALES_EVERY_MS,
  );
  return (
    <Page
      title="Overview"
      about="A sale as it sells. Send a crowd and watch: stock runs out, nobody gets what is not there."
    >
      <Away />
      <Read of={sales}>
        {(list) => {
          const sale = list.find(({ id }) => id === saleId) ?? list.find(isLive) ?? list[0];
          if (!sale) return <NoSale />;
          return <Watch sales={list} sale={sale} />;
        }}
      </Read>
    </Page>
  );
}

function NoSale() {
  return (
    <p className="card">
      There is no sale yet. <a href="#/sales/new">Create one</a>, and watch it here.
    </p>
  );
}

function Watch({ sales, sale }: { readonly sales: readonly SaleView[]; readonly sale: SaleView }) {
  const { monitor } = useSession();
  useEffect(() => monitor.watch(sale.id), [monitor, sale.id]);
  return (
    <>
      <SaleChoice sales={sales} sale={sale} />
      <Books sale={sale}>
        <Crowd key={sale.id} sale={sale} />
      </Books>
      <Plots sale={sale} />
    </>
  );
}

/** The live ones first, then the newest, and the one that was asked for. */
async function listSales(client: ReturnType<typeof useSession>['client'], saleId: string | undefined) {
  const [live, newest] = await Promise.all([
    dataOf(client.GET('/v1/sales', { params: { query: { status: 'live' } } })),
    dataOf(client.GET('/v1/sales')),
  ]);
  const listed = [...live.data, ...newest.data.filter((sale) => !isLive(sale))];
  if (saleId === undefined || listed.some(({ id }) => id === saleId)) return listed;
  const { data } = await client.GET('/v1/sales/{saleId}', { params: { path: { saleId } } });
  return data ? [...listed, data] : listed;
}

function isLive({ status }: SaleView): boolean {
  return status === 'live';
}
