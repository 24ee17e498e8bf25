import { expect, test } from 'vitest';
import type { Outline } from '../engine/protocol';
import { curve, lawOf, unitOf, withMean } from './distribution';

/** An outline of a distribution, with only what is read of it. */
function law(variant: string, parts: Partial<Outline>[]): Outline {
  return { kind: 'choice', table: 'Distribution', variant, parts } as Outline;
}
const time = (name: string, text: string) => ({ name, text, written: true, kind: 'quantity', unit: 'time', parts: [] }) as unknown as Outline;
const ratio = (name: string, text: string) => ({ ...time(name, text), unit: 'ratio' }) as Outline;

const EXP = law('Exp', [time('Exp', '"3ms"')]);
const USUAL = law('LogNormal', [time('median', '"8ms"'), time('p99', '"60ms"')]);

test('laws are read from what the engine tells of the text', () => {
  expect(lawOf(EXP)!.mean).toBeCloseTo(0.003, 12);
  expect(lawOf(USUAL)!.quantile(0.99)).toBeCloseTo(0.06, 6);
  expect(lawOf(law('Erlang', [{ ...time('k', '4'), kind: 'whole', unit: null }, time('mean', '"2s"')]))!.mean).toBeCloseTo(2, 12);
  expect(lawOf(law('SamplesFile', [{ ...time('SamplesFile', '"a.csv"'), kind: 'text', unit: null }]))).toBeNull();
});

test('mixtures, single values and bins', () => {
  const tuple = (...parts: Outline[]) => ({ parts }) as Outline;
  const mixture = law('Mixture', [{ name: 'Mixture', parts: [tuple(ratio('0', '95'), EXP), tuple(ratio('0', '5'), law('Constant', [time('Constant', '"1s"')]))] }]);
  expect(lawOf(mixture)!.mean).toBeCloseTo(0.95 * 0.003 + 0.05, 9);
  expect(lawOf(law('Empirical', [{ name: 'Empirical', parts: [time('0', '"3ms"'), time('1', '"9ms"')] }]))!.mean).toBeCloseTo(0.006, 9);
  expect(lawOf(law('Histogram', [{ name: 'Histogram', parts: [tuple(time('0', '"2s"'), ratio('1', '1'))] }]))!.mean).toBeCloseTo(1, 9);
});

test('another family keeps the mean and the unit', () => {
  const { kind, unit } = unitOf(EXP);
  expect([kind, unit]).toEqual(['time', 'ms']);
  const of = lawOf(EXP)!;
  expect(withMean('Constant', [], of, unit, kind)).toBe('Constant("3ms")');
  expect(withMean('Gamma', [], of, unit, kind)).toMatch(/^Gamma\(mean: "3ms", cv: [\d.]+\)$/);
  expect(withMean('Uniform', [], of, unit, kind)).toBe('Uniform(min: "1.5ms", max: "4.5ms")');
  expect(withMean('LogNormal', ['mean', 'cv'], of, unit, kind)).toMatch(/^LogNormal\(mean: "3ms", cv: [\d.]+\)$/);
  expect(withMean('LogNormal', [], of, unit, kind)).toMatch(/^LogNormal\(median: "2.08ms", p99: "13.8ms"\)$/);
  expect(withMean('HyperExp', [], of, unit, kind)).toMatch(/^HyperExp\(mean: "3ms", scv: [\d.]+\)$/);
  expect(withMean('Weibull', ['mean'], of, unit, kind)).toBe('Weibull(shape: 1.5, mean: "3ms")');
  expect(withMean('Pareto', ['minimum'], of, unit, kind)).toBe('Pareto(alpha: 2.5, minimum: "1.8ms")');
  expect(withMean('HyperExp', ['mean', 'scv'], of, unit, kind)).toMatch(/^HyperExp\(mean: "3ms", scv: [\d.]+\)$/);
  expect(withMean('HyperExp', ['branches'], of, unit, kind)).toBeNull();
  expect(withMean('Empirical', [], of, unit, kind)).toBeNull();
  expect(withMean('Unheard', [], of, unit, kind)).toBeNull();
});

test('a curve of single values goes beyond the largest', () => {
  const { to, points } = curve(lawOf(law('Constant', [time('Constant', '"4ms"')]))!, 100);
  expect(to).toBeCloseTo(0.0046, 9);
  expect(points).toEqual([]);
});
