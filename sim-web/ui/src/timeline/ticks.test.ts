// Axes: round numbers, few of them, and everything inside.
import { describe, expect, it } from 'vitest';
import { openEnd, rangeOf, roundUp, timeLabel, timeTicks, valueTicks } from './ticks';

describe('time', () => {
  it('has round steps, and no more of them than have room', () => {
    expect(timeTicks(360, 12)).toEqual([0, 30, 60, 90, 120, 150, 180, 210, 240, 270, 300, 330, 360]);
    expect(timeTicks(1200, 5)).toEqual([0, 300, 600, 900, 1200]);
    for (const end of [0.003, 0.7, 5, 59, 61, 3601, 1e5, 1e7]) {
      const ticks = timeTicks(end, 8);
      expect(ticks.length).toBeLessThanOrEqual(9);
      expect(ticks.at(-1)).toBeLessThanOrEqual(end * (1 + 1e-9));
    }
  });

  it('is written as a clock, with as many digits as the step needs', () => {
    expect(timeLabel(90, 30)).toBe('1:30');
    expect(timeLabel(3600, 600)).toBe('1:00:00');
    expect(timeLabel(0.25, 0.05)).toBe('0.25');
  });

  it('goes on by doubling where there is no end', () => {
    expect(openEnd(0)).toBe(60);
    expect(openEnd(59)).toBe(120);
    expect(openEnd(500)).toBe(960);
  });
});

describe('values', () => {
  it('fit under a round number', () => {
    expect([0.9, 1.05, 17, 230, 990, 7.2].map(roundUp)).toEqual([1, 1.2, 20, 250, 1000, 8]);
    expect(rangeOf([[1, NaN, 980]], false, 1)).toEqual({ low: 0, high: 1200 });
    expect(rangeOf([[0.98]], false, 0.01, 1)).toEqual({ low: 0, high: 1 });
    expect(rangeOf([[]], false, 0.01)).toEqual({ low: 0, high: 0.01 });
  });

  it('lie within whole decades for logarithms', () => {
    expect(rangeOf([[3, 0, 450, NaN]], true, 1)).toEqual({ low: 1, high: 1000 });
    expect(rangeOf([[10, 10]], true, 1)).toEqual({ low: 10, high: 100 });
    expect(valueTicks({ low: 1, high: 1000 }, true, 100)).toEqual([1, 10, 100, 1000]);
    expect(valueTicks({ low: 1, high: 10_000 }, true, 40)).toEqual([1, 100, 10_000]);
  });
});
