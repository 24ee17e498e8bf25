// Two arms on one axis of time.
import { describe, expect, it } from 'vitest';
import { shareOf, sharedTimes, spread } from './samples';

const f = (...values: number[]) => Float64Array.from(values);

describe('shared times', () => {
  it('are those of the longer one where both have the same', () => {
    const longer = f(1, 2, 3);
    expect(sharedTimes(f(1, 2), longer)).toBe(longer);
    expect(spread(longer, f(1, 2), f(10, 20))).toEqual(f(10, 20, NaN));
  });

  it('are all times where they differ, and each holds the value of its interval', () => {
    const times = sharedTimes(f(1, 2, 3, 4), f(1.5, 3));
    expect(times).toEqual(f(1, 1.5, 2, 3, 4));
    expect(spread(times, f(1.5, 3), f(10, 20))).toEqual(f(10, 10, 20, 20, NaN));
    expect(spread(times, f(1, 2, 3, 4), f(1, 2, 3, 4))).toEqual(f(1, 2, 2, 3, 4));
  });

  it('cost nothing with one arm', () => {
    const [own, values] = [f(1, 2), f(5, 6)];
    expect(sharedTimes(own, null)).toBe(own);
    expect(spread(own, own, values)).toBe(values);
  });
});

it('a share of nothing is not known', () => {
  expect(shareOf(f(1, 0, 0), f(3, 5, 0))).toEqual(f(0.25, 0, NaN));
});
