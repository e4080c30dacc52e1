import { SandboxGateway } from '#payments';
import { Database } from '#platform';
import { cloneDatabase } from '../support/database.js';
import { gatewaySuite } from './gateway-suite.js';

gatewaySuite('the sandbox', async () => {
  const { url, drop } = await cloneDatabase();
  const database = new Database({ url, poolSize: 5 });
  return {
    gateway: new SandboxGateway(database),
    wanting: (outcome) => ({ outcome }),
    loseAnswer: () => ({ outcome: 'timeout' }),
    taken: async (paymentId) => {
      const sql = `SELECT amount FROM sandbox_charge WHERE payment_id = $1 AND status = 'captured'`;
      return Number((await database.query<{ amount: string }>(sql, [paymentId]))[0]?.amount ?? 0);
    },
    close: async () => {
      await database.close();
      await drop();
    },
  };
});
