import { diag, DiagLogLevel } from '@opentelemetry/api';
import type { Logger } from '#platform';

/** A collector that is away is one line in so long. */
const QUIET_MS = 60_000;
/** Of the ten seconds in which a process that was told to stop has ended. */
const FLUSH_MS = 1_000;

/**
 * Sends spans to the collector that OTEL_EXPORTER_OTLP_ENDPOINT names, in batches beside the work: what it does not take
 * is dropped, at 2,048 that wait. The SDK is loaded here alone, and reads all of its standard variables itself.
 * @returns sends what is left; it takes a second at most, and never rejects
 */
export async function startTracing(serviceName: string, logger: Logger): Promise<() => Promise<void>> {
  const [{ BatchSpanProcessor, NodeTracerProvider }, { OTLPTraceExporter }, resources] = await Promise.all([
    import('@opentelemetry/sdk-trace-node'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/resources'),
  ]);
  const { defaultResource, detectResources, envDetector, resourceFromAttributes, serviceInstanceIdDetector } =
    resources;
  diag.setLogger(quietly(logger), DiagLogLevel.WARN);
  const provider = new NodeTracerProvider({
    resource: defaultResource()
      .merge(resourceFromAttributes({ 'service.name': serviceName }))
      .merge(detectResources({ detectors: [serviceInstanceIdDetector, envDetector] })), // the environment has the last word
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
  });
  provider.register();
  return async () => {
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<void>((resolve) => (timer = setTimeout(resolve, FLUSH_MS)));
    await Promise.race([provider.shutdown().catch(() => undefined), limit]);
    clearTimeout(timer);
  };
}

/** The SDK's own complaints. They come with every batch while the collector is away. */
function quietly(logger: Logger) {
  let quietUntil = 0;
  const warn = (reason: string): void => {
    if (performance.now() < quietUntil) return;
    quietUntil = performance.now() + QUIET_MS;
    logger.warn({ context: 'Tracing', reason: reason.slice(0, 500) }, 'spans were not sent');
  };
  const ignore = (): void => undefined;
  return { error: warn, warn, info: ignore, debug: ignore, verbose: ignore };
}
