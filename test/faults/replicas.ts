import { startService, type LocalService } from '#local';
import { serviceRedisUrl } from '../support/database.js';
import { PostgresRequests } from '../support/postgres-requests.js';
import { serviceEnvironment, Shop } from '../support/shop.js';
import { TcpProxy, type Moment } from '../support/tcp-proxy.js';
import { LOAD_ENV } from './load.js';

/** As PostgreSQL's protocol writes it: our statements have the words in their comments. */
export const BEGIN = '\u000aBEGIN\u0000';
export const COMMIT = '\u000bCOMMIT\u0000';

/**
 * Two API processes on one database. The second is the shop's own and lives on; the first reaches PostgreSQL and Redis by
 * way of proxies of ours, which stop it at a point of its work. The service itself has no such points.
 */
export class Replicas {
  private constructor(
    readonly shop: Shop,
    readonly postgres: TcpProxy,
    readonly redis: TcpProxy,
    public victim: LocalService,
    private readonly victimEnv: Record<string, string>,
  ) {}

  static async open(): Promise<Replicas> {
    const shop = await Shop.open(LOAD_ENV);
    const [postgres, redis] = await Promise.all([
      TcpProxy.start(Number(new URL(shop.databaseUrl).port), () => new PostgresRequests()),
      TcpProxy.start(Number(new URL(serviceRedisUrl()).port)),
    ]);
    const env = serviceEnvironment({
      ...LOAD_ENV,
      DATABASE_URL: postgres.through(shop.databaseUrl),
      REDIS_URL: redis.through(serviceRedisUrl()),
    });
    const victim = await startService({ env });
    return new Replicas(shop, postgres, redis, victim, { ...env, PORT: String(victim.port) });
  }

  /** Where buyers send: the victim first. */
  get all(): readonly LocalService[] {
    return [this.victim, this.shop.service];
  }

  /**
   * Kills the victim where its next request of that text is; what is stopped never arrives.
   * @param look what is done first, while it stands there
   */
  async kill(at: TcpProxy, moment: Moment, text: string, look?: () => Promise<void>): Promise<void> {
    await at.stopAt(moment, text, async (cut) => {
      if (moment !== 'sent') await look?.(); // what is on its way is not waited for
      const killed = this.victim.kill();
      cut();
      await killed;
    });
  }

  /** The victim once more, at the same address. */
  async restart(): Promise<void> {
    this.victim = await startService({ env: this.victimEnv });
  }

  async close(): Promise<void> {
    await this.victim.stop();
    await this.shop.close();
    await Promise.all([this.postgres.close(), this.redis.close()]);
  }
}
