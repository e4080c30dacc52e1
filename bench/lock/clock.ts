/** Milliseconds on a clock that never jumps and that all processes of this machine share (CLOCK_MONOTONIC). */
export function nowMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
