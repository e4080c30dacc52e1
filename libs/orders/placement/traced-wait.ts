import { context, trace, type Attributes, type Context, type Span } from '@opentelemetry/api';
import { asSpan, beginSpan, endSpan, outsideTraces } from '#platform';

/** An order's wait for the batch that it becomes a part of, as a span of the order's trace. */
export class TracedWait {
  private constructor(
    readonly span: Span,
    /** Of the request. */
    readonly parent: Context,
  ) {}

  /** @returns undefined where the request under way is not traced */
  static begin(name: string): TracedWait | undefined {
    const span = beginSpan(name);
    return span && new TracedWait(span, context.active());
  }

  /** For what is done meanwhile. */
  get context(): Context {
    return trace.setSpan(this.parent, this.span);
  }

  /** In vain. */
  fail(error: Error): void {
    endSpan(this.span, error);
  }
}

/**
 * Ends the waits and does what they were for. It is one span, however many orders it serves: a part of the first one's
 * trace, and linked with every other one, both ways. So a sampled order has all of its way, and a batch without one none.
 */
export function inBatch<T>(
  { name, attributes }: { readonly name: string; readonly attributes: Attributes },
  waits: readonly (TracedWait | undefined)[],
  work: () => Promise<T>,
): Promise<T> {
  const [first, ...others] = waits.filter((wait) => wait !== undefined);
  if (!first) return outsideTraces(work);
  const links = others.map(({ span }) => ({ context: span.spanContext() }));
  const batch = beginSpan(name, { attributes, links }, first.parent);
  if (!batch) return outsideTraces(work);
  for (const { span } of others) span.addLink({ context: batch.spanContext() });
  for (const { span } of [first, ...others]) endSpan(span);
  return asSpan(batch, first.parent, work);
}
