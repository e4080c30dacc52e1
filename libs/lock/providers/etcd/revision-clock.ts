/** Beyond so many samples the older half is thinned out. */
const MAX_SAMPLES = 1_024;

/**
 * Tells how old a record in etcd is at least. etcd shows nobody its clock, but every answer names the revision that the
 * store had reached: whatever was written up to it was written before the answer came. So an age is measured on this
 * process's monotonic clock alone, and is never too high: a record that has not been written for the whole of its lease
 * has ended, as its holder, who counts from before it wrote, knows already.
 */
export class RevisionClock {
  /** Both grow from one to the next. */
  private samples: { readonly revision: number; readonly at: number }[] = [];
  private clusterId: string | undefined;

  /**
   * An answer has just come.
   * @param sentAt when it was asked for, on the monotonic clock
   */
  note(clusterId: string, revision: number, sentAt: number): void {
    const last = this.samples.at(-1);
    // A store that was set up anew, or from a backup, gives revisions a second time.
    const isAnother = this.clusterId !== undefined && this.clusterId !== clusterId;
    if (isAnother || (last && revision < last.revision && sentAt > last.at)) this.samples = [];
    this.clusterId = clusterId;
    if (this.samples.length > 0 && revision <= (last?.revision ?? 0)) return;
    this.samples.push({ revision, at: performance.now() });
    if (this.samples.length > MAX_SAMPLES) {
      this.samples = this.samples.filter((_, index) => index > MAX_SAMPLES / 2 || index % 2 === 0);
    }
  }

  /** For how long, at least, the store has been beyond what was written at this revision; 0 where that is not known. */
  ageMs(revision: number): number {
    const after = this.samples.find((sample) => sample.revision >= revision);
    return after ? performance.now() - after.at : 0;
  }
}
