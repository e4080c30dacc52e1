import { PassThrough, type Readable } from 'node:stream';
import { Inject, Injectable, type BeforeApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { CONFIG, Metrics, ProblemError, type Config } from '#platform';
import { SalePages } from '../sale-pages.js';
import { SaleFeed } from './sale-feed.js';

const KEEP_ALIVE_MS = 15_000;
const COME_BACK_SEC = 5;

/** The live streams of this process, so many in all and so many from one address. */
@Injectable()
export class SaleStreams implements OnModuleInit, BeforeApplicationShutdown {
  private readonly feeds = new Map<string, SaleFeed>();
  private readonly byAddress = new Map<string, number>();
  private open = 0;
  private stopping = false;
  private keepAlive: NodeJS.Timeout | undefined;

  constructor(
    private readonly pages: SalePages,
    private readonly metrics: Metrics,
    @Inject(CONFIG) private readonly limits: Pick<Config, 'streamCapacity' | 'streamCapacityIp'>,
  ) {}

  onModuleInit(): void {
    this.keepAlive = setInterval(() => {
      for (const feed of this.feeds.values()) feed.keepAlive();
    }, KEEP_ALIVE_MS).unref();
  }

  /** So that the server can close: a stream would keep its connection busy. */
  beforeApplicationShutdown(): void {
    this.stopping = true;
    clearInterval(this.keepAlive);
    for (const feed of this.feeds.values()) feed.end();
  }

  /** A sale's events, until the client goes. @throws ProblemError not_found, rate_limited, overloaded */
  async watch(saleId: string, address: string): Promise<Readable> {
    const leave = this.enter(address);
    try {
      const { sale } = await this.pages.read(saleId);
      if (this.stopping)
        throw new ProblemError('overloaded', 'This replica is stopping; another one has it.');
      const watcher = new PassThrough();
      const feed = this.feedOf(saleId);
      watcher.once('close', () => {
        leave();
        feed.remove(watcher);
        if (feed.size === 0) this.feeds.delete(saleId);
      });
      feed.add(watcher, sale);
      return watcher;
    } catch (error) {
      leave();
      throw error;
    }
  }

  private feedOf(saleId: string): SaleFeed {
    const known = this.feeds.get(saleId);
    if (known) return known;
    const feed = new SaleFeed(async () => (await this.pages.read(saleId)).sale);
    this.feeds.set(saleId, feed);
    return feed;
  }

  /** Counts a stream. @returns what ends its being counted */
  private enter(address: string): () => void {
    const { streamCapacity, streamCapacityIp } = this.limits;
    const ofAddress = this.byAddress.get(address) ?? 0;
    if (ofAddress >= streamCapacityIp) {
      const detail = `No more than ${streamCapacityIp} streams from one address, please.`;
      throw new ProblemError('rate_limited', detail, { retryAfterSec: COME_BACK_SEC });
    }
    if (this.open >= streamCapacity) {
      throw new ProblemError(
        'overloaded',
        'Too many watch this replica; ask for the sale now and then instead.',
        {
          retryAfterSec: COME_BACK_SEC,
        },
      );
    }
    this.count(address, 1);
    return () => this.count(address, -1);
  }

  private count(address: string, by: 1 | -1): void {
    this.open += by;
    this.metrics.streams.set(this.open);
    const ofAddress = (this.byAddress.get(address) ?? 0) + by;
    if (ofAddress === 0) this.byAddress.delete(address);
    else this.byAddress.set(address, ofAddress);
  }
}
