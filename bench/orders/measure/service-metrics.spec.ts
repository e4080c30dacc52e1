import { describe, expect, it } from '@jest/globals';
import { histogramOf, meanBetween } from './service-metrics.js';

const PAGE = `
# TYPE wait_seconds histogram
wait_seconds_bucket{le="0.1",class="a"} 3
wait_seconds_sum{class="a"} 0.25
wait_seconds_count{class="a"} 3
wait_seconds_sum{class="b"} 1e-2
wait_seconds_count{class="b"} 1
other_wait_seconds_sum 99
batch_sum 120
batch_count 4
`;

describe('the metrics of the service', () => {
  it('are added up over labels and processes', () => {
    expect(histogramOf([PAGE, PAGE], 'wait_seconds')).toEqual({ sum: 0.52, count: 8 });
    expect(histogramOf([PAGE], 'batch')).toEqual({ sum: 120, count: 4 });
    expect(histogramOf([PAGE], 'nothing')).toEqual({ sum: 0, count: 0 });
  });

  it('have a mean between two moments where something was counted', () => {
    expect(meanBetween({ sum: 120, count: 4 }, { sum: 240, count: 6 })).toBe(60);
    expect(meanBetween({ sum: 120, count: 4 }, { sum: 120, count: 4 })).toBeUndefined();
  });
});
