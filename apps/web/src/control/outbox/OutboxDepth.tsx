import { useMonitor } from '../overview/use-monitor.js';

/** How much the shop has not been told, and for how long, every second. */
export function OutboxDepth() {
  const outbox = useMonitor().moments.at(-1)?.outbox;
  if (!outbox) return <p className="soft">The outbox has not been read yet …</p>;
  return (
    <section className="card" aria-label="Outbox">
      <dl className="figures">
        <div>
          <dt>events wait</dt>
          <dd>{outbox.pending}</dd>
        </div>
        <div>
          <dt>dead letters</dt>
          <dd>{outbox.dead}</dd>
        </div>
        <div>
          <dt>the oldest waits for</dt>
          <dd>{outbox.lagSec.toFixed(1)} s</dd>
        </div>
      </dl>
    </section>
  );
}
