// The engine's fine cells as bars: nothing is lost, and percentiles are close.
import { describe, expect, it } from 'vitest';
import { barsOf, decades, quantile } from './bins';

/** Cells as the engine has them, of latencies that fall off exponentially with this mean in ms. */
function exponential(mean: number): number[] {
  const pairs: number[] = [];
  let before = 0.01;
  for (let edge = 0.01; edge < mean * 20; edge *= 1.002) {
    pairs.push(edge, Math.round(1e6 * (Math.exp(-before / mean) - Math.exp(-edge / mean))));
    before = edge;
  }
  return pairs;
}

describe('bars', () => {
  it('hold as much as the cells', () => {
    const pairs = exponential(10);
    const total = pairs.filter((_, index) => index % 2 === 1).reduce((sum, count) => sum + count, 0);
    const bars = barsOf(pairs, 60);
    expect(bars?.total).toBe(total);
    expect(bars?.bars.reduce((sum, { count }) => sum + count, 0)).toBeCloseTo(total, 0);
  });

  it('of one value are one bar or two in the middle', () => {
    const bars = barsOf([100, 5], 20);
    const filled = bars?.bars.flatMap(({ count }, index) => (count > 0 ? [index] : [])) ?? [];
    expect(filled.length).toBeLessThanOrEqual(2);
    expect(Math.abs((filled[0] ?? 0) - (bars?.bars.length ?? 0) / 2)).toBeLessThan(2);
    expect(bars?.low).toBeLessThan(100);
    expect(bars?.high).toBeGreaterThan(100);
  });

  it('are none where nothing was counted', () => {
    expect(barsOf([], 20)).toBeNull();
    expect(barsOf([1, 0, 2, 0], 20)).toBeNull();
  });
});

it('percentiles lie within their cells', () => {
  expect(quantile([], 0.5)).toBeNaN();
  expect(quantile([98, 10, 100, 90], 0.55)).toBeCloseTo(99, 9);
  for (const share of [0.5, 0.95, 0.99]) {
    expect(quantile(exponential(10), share) / (-10 * Math.log(1 - share))).toBeCloseTo(1, 2);
  }
});

it('an axis has round marks', () => {
  expect(decades(0.5, 2000)).toEqual([1, 10, 100, 1000]);
  expect(decades(8, 60)).toEqual([10, 15, 20, 30, 40, 50]);
});
