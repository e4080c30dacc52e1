import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { SaleReader, storefrontView } from './sale-reader.js';
import type { SaleView } from './sale.dto.js';
import { SharedReads } from './shared-reads.js';

export interface SalePageContent {
  readonly sale: SaleView;
  readonly etag: string;
}

/** Sales as everybody sees them: one statement at a time for each, however many ask, and its ETag worked out once. */
@Injectable()
export class SalePages {
  private readonly pages = new SharedReads(async (saleId): Promise<SalePageContent> => {
    const sale = storefrontView(await this.reader.read(saleId));
    return { sale, etag: etagOf(sale) };
  });

  constructor(private readonly reader: SaleReader) {}

  /** @throws ProblemError not_found */
  read(saleId: string): Promise<SalePageContent> {
    return this.pages.read(saleId);
  }
}

/** Weak, because the server's time moves while everything else stays. */
function etagOf({ serverTime, ...sale }: SaleView): string {
  return `W/"${createHash('sha1').update(JSON.stringify(sale)).digest('base64url')}"`;
}
