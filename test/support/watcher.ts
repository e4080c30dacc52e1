export interface SaleEvent {
  event: string;
  data: { itemId?: string; available?: number; availability?: string; status?: string };
  atMs: number;
}

/** A browser's EventSource, as far as these tests need one. */
export class Watcher {
  readonly events: SaleEvent[] = [];
  comments = 0;
  ended = false;
  private readonly abort = new AbortController();

  private constructor(readonly response: Response) {
    void this.listen(response).catch(() => undefined);
  }

  static async open(url: string, headers: Record<string, string> = {}): Promise<Watcher> {
    const abort = new AbortController();
    const watcher = new Watcher(await fetch(url, { headers, signal: abort.signal }));
    watcher.abort.signal.addEventListener('abort', () => abort.abort());
    return watcher;
  }

  close(): void {
    this.abort.abort();
  }

  ofItem(itemId: string): (number | undefined)[] {
    return this.events.flatMap(({ data }) => (data.itemId === itemId ? [data.available] : []));
  }

  statuses(): (string | undefined)[] {
    return this.events.flatMap(({ event, data }) => (event === 'sale' ? [data.status] : []));
  }

  private async listen({ body }: Response): Promise<void> {
    let text = '';
    const decoder = new TextDecoder();
    for await (const chunk of body ?? []) {
      text += decoder.decode(chunk as Uint8Array, { stream: true });
      const blocks = text.split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) this.take(block);
    }
    this.ended = true;
  }

  private take(block: string): void {
    const [, event, data] = /^event: (\w+)\ndata: (.+)$/.exec(block) ?? [];
    if (event && data)
      this.events.push({ event, data: JSON.parse(data) as SaleEvent['data'], atMs: performance.now() });
    else if (block.startsWith(':')) this.comments += 1;
  }
}
