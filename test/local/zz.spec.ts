import { cloneDatabase } from '../support/database.js';
import { Client } from 'pg';
import { startRedis } from '#local';
test('clones', async () => {
  const t = performance.now();
  const a = await cloneDatabase();
  const [b, c] = await Promise.all([cloneDatabase(), cloneDatabase()]);
  console.log(performance.now() - t);
  const k = new Client(b.url); await k.connect();
  console.log((await k.query('select count(*) from sale')).rows); await k.end();
  for (const d of [a, b, c]) await d.drop();
  await startRedis();
});
test.skip('x', () => undefined);
