/** What some processes expose on `/metrics`: metrics with their types, and the labels of their series. */
export class Exposition {
  private readonly types = new Map<string, string>();
  /** The values that each label of a series' name has. */
  private readonly labels = new Map<string, Map<string, Set<string>>>();

  /** @param text in Prometheus' text format */
  add(text: string): void {
    for (const line of text.split('\n')) {
      const [, metric, type] = /^# TYPE (\S+) (\S+)$/.exec(line) ?? [];
      if (metric !== undefined && type !== undefined) this.addMetric(metric, type);
      const [, series, labels = ''] = /^(\w+)(?:\{(.*)\})? \S+$/.exec(line) ?? [];
      if (series !== undefined) this.addSeries(series, labels);
    }
  }

  /** `counter`, `gauge`, …; undefined where no process has a series of that name. A histogram has none of its own. */
  typeOf(series: string): string | undefined {
    return this.types.get(series);
  }

  valuesOf(series: string, label: string): ReadonlySet<string> | undefined {
    return this.labels.get(series)?.get(label);
  }

  private addMetric(metric: string, type: string): void {
    const counted =
      type === 'histogram' ? ['_bucket', '_sum', '_count'] : type === 'summary' ? [] : undefined;
    for (const suffix of counted ?? ['']) this.types.set(metric + suffix, counted ? 'counter' : type);
  }

  private addSeries(series: string, labels: string): void {
    const known = this.labels.get(series) ?? new Map<string, Set<string>>();
    this.labels.set(series, known);
    for (const [, label = '', value = ''] of labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)) {
      known.set(label, (known.get(label) ?? new Set()).add(value));
    }
  }
}
