import {
  context,
  propagation,
  ROOT_CONTEXT,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Context,
  type Span,
  type SpanOptions,
} from '@opentelemetry/api';

// Without an SDK, which `startTracing` loads where a collector is named, all that is called here does nothing.

const tracer = trace.getTracer('holdfast');

/** Begins a span below that of `parent`. @returns undefined where that is not kept, as ever while tracing is off */
export function beginSpan(
  name: string,
  options: SpanOptions = {},
  parent: Context = context.active(),
): Span | undefined {
  return isKept(parent) ? tracer.startSpan(name, options, parent) : undefined;
}

/** Ends a span, as a failure where there was one. */
export function endSpan(span: Span, error?: unknown): void {
  if (error instanceof Error) {
    span.setAttribute('error.type', error.name);
    span.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
  }
  span.end();
}

/** Runs `work` as the span, under which others begin until it has ended. */
export async function asSpan<T>(span: Span, parent: Context, work: () => Promise<T>): Promise<T> {
  try {
    const result = await context.with(trace.setSpan(parent, span), work);
    endSpan(span);
    return result;
  } catch (error) {
    endSpan(span, error);
    throw error;
  }
}

/** Runs `work` as a span below that of `parent`, where that is kept. */
export function inSpan<T>(
  name: string,
  options: SpanOptions,
  work: () => Promise<T>,
  parent: Context = context.active(),
): Promise<T> {
  const span = beginSpan(name, options, parent);
  return span ? asSpan(span, parent, work) : work();
}

/** The span under way, to be told more. */
export function currentSpan(): Span | undefined {
  return trace.getActiveSpan();
}

/** For what goes on longer than the request in which it happens to begin: its spans and log lines are not that request's. */
export function outsideTraces<T>(work: () => T): T {
  return context.with(ROOT_CONTEXT, work);
}

/** Where the trace under way is to go on in another process (W3C Trace Context); undefined where it is not kept. */
export function currentTraceparent(): string | undefined {
  if (!isKept(context.active())) return undefined;
  const carrier: { traceparent?: string } = {};
  propagation.inject(context.active(), carrier);
  return carrier.traceparent;
}

/** The parent of spans that go on with a trace, for a `traceparent` that was kept with what they are about. */
export function contextOf(traceparent: string | null | undefined): Context {
  return traceparent ? propagation.extract(ROOT_CONTEXT, { traceparent }) : ROOT_CONTEXT;
}

/** Links the span under way with the trace in which what it is about began, unless it is the same. */
export function linkTo(traceparent: string | null): void {
  const span = currentSpan();
  if (!span || traceparent === null) return;
  const origin = trace.getSpanContext(contextOf(traceparent));
  if (origin && origin.traceId !== span.spanContext().traceId) span.addLink({ context: origin });
}

/** What a log line says of the span under way; an object of its own each time, for the logger writes into it. */
export function traceFields(): object {
  const { traceId, spanId } = currentSpan()?.spanContext() ?? {};
  return traceId === undefined ? {} : { trace_id: traceId, span_id: spanId };
}

function isKept(parent: Context): boolean {
  const { traceFlags = TraceFlags.NONE } = trace.getSpanContext(parent) ?? {};
  return (traceFlags & TraceFlags.SAMPLED) !== 0;
}
