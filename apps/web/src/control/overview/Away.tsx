import { Notice } from '../../design/Notice.js';
import { useMonitor } from './use-monitor.js';

const TIME = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });

/** Says that the service does not answer, for as long as that is so. */
export function Away() {
  const { awaySinceMs } = useMonitor();
  if (awaySinceMs === undefined) return null;
  return (
    <Notice tone="bad">
      The service has not answered since {TIME.format(awaySinceMs)}. Trying again every second …
    </Notice>
  );
}
