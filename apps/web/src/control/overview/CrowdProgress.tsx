import type { SentCrowd } from './Crowd.js';
import { useMonitor } from './use-monitor.js';

/** How long after its arrival a crowd should have been answered. */
const GRACE_MS = 15_000;

/** How a crowd fares, from what the service has counted since it was sent. */
export function CrowdProgress({
  crowd: { buyers, seconds, sentAtMs, before },
}: {
  readonly crowd: SentCrowd;
}) {
  const { seen, moments } = useMonitor();
  const now = moments.at(-1)?.atMs ?? sentAtMs;
  const accepted = seen.accepted - before.accepted;
  const refused = seen.refused - before.refused;
  const soldOut = seen.soldOut - before.soldOut;
  const answered = Math.min(buyers, accepted + refused);
  const late = now > sentAtMs + seconds * 1_000 + GRACE_MS;
  return (
    <div className="stack">
      <progress aria-label="Buyers who have their answer" value={answered} max={buyers} />
      <dl className="figures">
        <Figure name="have their answer" value={`${answered} of ${buyers}`} />
        <Figure name="got an order" value={String(accepted)} tone="good" />
        <Figure name="heard “sold out”" value={String(soldOut)} />
        {refused > soldOut && <Figure name="refused otherwise" value={String(refused - soldOut)} />}
      </dl>
      <p className="soft" role="status">
        {answered === buyers && 'Everybody has an answer.'}
        {answered < buyers && !late && `They arrive over ${seconds} seconds …`}
        {answered < buyers && late && 'Not all of them were counted here: another process may have answered.'}
      </p>
    </div>
  );
}

interface FigureProps {
  readonly name: string;
  readonly value: string;
  readonly tone?: 'good';
}

function Figure({ name, value, tone }: FigureProps) {
  return (
    <div>
      <dt>{name}</dt>
      <dd className={tone}>{value}</dd>
    </div>
  );
}
