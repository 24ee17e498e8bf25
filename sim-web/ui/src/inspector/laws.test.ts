import { describe, expect, test } from 'vitest';
import { curve } from './distribution';
import { constant, empirical, FAMILIES, histogram, mixture, uniform, type Law, type Numbers } from './laws';

/** By trapezoids over the body, in steps that grow with the value. */
function integrate(law: Law, weight: (x: number) => number, to: number): number {
  let sum = 0;
  let x = to * 1e-9;
  while (x < to) {
    const next = Math.min(to, x * 1.002 + to * 1e-7);
    const middle = (x + next) / 2;
    sum += (law.density?.(middle) ?? 0) * weight(middle) * (next - x);
    x = next;
  }
  return sum;
}

const cases: [string, Numbers, number][] = [
  ['Exp', { value: 3 }, 3],
  ['Uniform', { min: 1, max: 5 }, 3],
  ['Erlang', { k: 4, mean: 2 }, 2],
  ['Gamma', { mean: 2, cv: 0.5 }, 2],
  ['Gamma', { mean: 2, cv: 1.5 }, 2],
  ['LogNormal', { mean: 5, cv: 0.8 }, 5],
  ['LogNormal', { median: 4, p99: 25 }, 4 * Math.exp((Math.log(25 / 4) / 2.3263478740408408) ** 2 / 2)],
  ['LogNormal', { mu: 0, sigma: 1 }, Math.exp(0.5)],
  ['Weibull', { mean: 2, shape: 1.7 }, 2],
  ['Weibull', { scale: 2, shape: 1 }, 2],
  ['Pareto', { alpha: 3.5, mean: 2 }, 2],
  ['Pareto', { alpha: 3.5, minimum: 1 }, 3.5 / 2.5],
  ['BoundedPareto', { alpha: 1.5, min: 1, max: 100 }, (1.5 * (1 - 100 ** -0.5)) / (0.5 * (1 - 100 ** -1.5))],
  ['BoundedPareto', { alpha: 1, min: 1, max: 10 }, Math.log(10) / 0.9],
  ['HyperExp', { mean: 2, scv: 4 }, 2],
];

describe.each(cases)('%s %o', (family, numbers, mean) => {
  const law = FAMILIES[family]!(numbers)!;

  test('has its mean', () => expect(law.mean).toBeCloseTo(mean, 9));

  test('has a density whose integral is one, and which has this mean', () => {
    const end = law.quantile(1 - 1e-9);
    expect(integrate(law, () => 1, end)).toBeCloseTo(1, 2);
    expect(integrate(law, (x) => x, end) / mean).toBeCloseTo(1, 1);
  });

  test('has quantiles that cut off the share they name', () => {
    for (const share of [0.1, 0.5, 0.9, 0.99]) expect(integrate(law, () => 1, law.quantile(share))).toBeCloseTo(share, 2);
  });
});

test('single values, bins and mixtures', () => {
  expect(constant(3).mean).toBe(3);
  expect(empirical([4, 1, 1])!.mean).toBe(2);
  expect(empirical([4, 1, 1])!.spikes).toEqual([
    { value: 1, share: 2 / 3 },
    { value: 4, share: 1 / 3 },
  ]);
  expect(histogram([{ upper: 2, weight: 1 }, { upper: 4, weight: 3 }])!.mean).toBeCloseTo(0.25 * 1 + 0.75 * 3, 12);
  const both = mixture([
    { weight: 95, law: uniform(0, 2) },
    { weight: 5, law: constant(100) },
  ])!;
  expect(both.mean).toBeCloseTo(0.95 + 5, 12);
  expect(both.quantile(0.475)).toBeCloseTo(1, 2);
  expect(both.spikes).toEqual([{ value: 100, share: 0.05 }]);
});

test('what is incomplete has no law', () => {
  expect(FAMILIES['LogNormal']!({ median: 3 })).toBeNull();
  expect(FAMILIES['Pareto']!({ mean: 3 })).toBeNull();
  expect(FAMILIES['Uniform']!({ min: 3, max: 3 })).toBeNull();
  expect(FAMILIES['Pareto']!({ alpha: 0.8, minimum: 1 })!.mean).toBe(Infinity);
});

test('a curve stays within its frame, also where the density has a pole', () => {
  for (const numbers of [{ mean: 2, cv: 3 }, { mean: 2, cv: 0.2 }]) {
    const { points, to } = curve(FAMILIES['Gamma']!(numbers)!, 120);
    expect(to).toBeGreaterThan(0);
    expect(Math.max(...points.map(([, y]) => y))).toBeLessThanOrEqual(1);
    expect(points.every(([, y]) => y >= 0)).toBe(true);
  }
});
