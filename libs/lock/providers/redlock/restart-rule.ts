/** INFO gives whole seconds, and the server counts them from a whole second. */
const UPTIME_PRECISION_MS = 1_000;

/**
 * When a node may vote. A node that restarted has lost its locks: were it to vote at once, it could make a second
 * quorum while the holder of a lost one goes on. So it keeps away from votes until every lease that it may have lost has
 * ended.
 *
 * How long its server has been up it says itself, by a wall clock. Where this process knew an earlier run of the node,
 * the node cannot have been up for longer than the time since, whatever its clock says. A process that just started
 * knows no earlier run, and can tell a node that restarted from a new one no more than anybody else.
 */
export class RestartRule {
  private readonly delayMs: number;
  private runId: string | undefined;
  private votesFrom = 0;
  private lostAt = 0;

  constructor(delayMs: number) {
    this.delayMs = delayMs;
  }

  /** The connection was lost: the node was not restarted before, but perhaps after. */
  connectionLost(): void {
    this.lostAt = performance.now();
  }

  /**
   * @param info what `INFO server` said on this connection
   * @returns when the node may vote, on this process's monotonic clock
   */
  read(info: string): number {
    const runId = /^run_id:(\w+)/m.exec(info)?.[1];
    const uptimeSec = /^uptime_in_seconds:(\d+)/m.exec(info)?.[1];
    if (runId === undefined || uptimeSec === undefined) throw new Error('INFO names no run_id and no uptime');
    if (runId === this.runId) return this.votesFrom;
    const now = performance.now();
    const saidMs = Number(uptimeSec) * 1_000 - UPTIME_PRECISION_MS;
    const possibleMs = this.runId === undefined ? Infinity : now - this.lostAt;
    this.runId = runId;
    this.votesFrom = now + this.delayMs - Math.max(0, Math.min(saidMs, possibleMs));
    return this.votesFrom;
  }
}
