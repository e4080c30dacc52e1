/** The server's clock, read off its answers: the visitor's may be wrong by hours. */
let serverMs = Date.now();
let measuredAt = performance.now();

/** @param sentAt performance.now() from before the request: half of the way there and back is the answer's age */
export function setClock(serverTime: string, sentAt: number): void {
  const received = performance.now();
  serverMs = Date.parse(serverTime) + (received - sentAt) / 2;
  measuredAt = received;
}

/** Milliseconds since the epoch, for the server. */
export function serverNow(): number {
  return serverMs + performance.now() - measuredAt;
}

/** "2 d 03:04:05", or "03:04:05" within a day. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const days = Math.floor(seconds / 86_400);
  const clock = [Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60, seconds % 60]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
  return days > 0 ? `${days} d ${clock}` : clock;
}

const MOMENT = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

export function formatMoment(time: string): string {
  return MOMENT.format(new Date(time));
}

/** "9:58" within an hour, longer times as formatDuration has them: whole seconds that are left for certain. */
export function formatTimeLeft(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds >= 3600) return formatDuration(ms);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
