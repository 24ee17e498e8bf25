// A distribution of the scenario as a law to draw; and the same mean in another family.
import { asText } from '../language/numbers';
import { empirical, FAMILIES, gammaFunction, histogram, mixture, weibull, type Law, type Numbers } from './laws';
import type { Outline } from '../engine/protocol';
import { read, write } from './quantity';

/** Whether a choice is one of distributions: the schema calls it so, with a number for each further unit. */
export function isDistribution({ kind, table }: Outline): boolean {
  return kind === 'choice' && /^Distribution\d*$/.test(table ?? '');
}

/** The law of what stands there; nothing for a family without a formula, a file, or a value that is wrong. */
export function lawOf(outline: Outline): Law | null {
  const { variant } = outline;
  const inside = outline.parts.length === 1 && outline.parts[0]?.name === variant ? outline.parts[0] : null;
  switch (variant) {
    case null:
      return null;
    case 'Mixture': {
      const parts = pairs(inside).map(([weight, part]) => ({ weight: number(weight), law: part ? lawOf(part) : null }));
      const known = parts.flatMap(({ weight, law }) => (law && weight !== undefined ? [{ weight, law }] : []));
      return known.length === parts.length ? mixture(known) : null;
    }
    case 'Empirical': {
      const values = (inside?.parts ?? []).map(number);
      return values.every((value) => value !== undefined) ? empirical(values) : null;
    }
    case 'Histogram': {
      const bins = pairs(inside).map(([upper, weight]) => ({ upper: number(upper) ?? NaN, weight: number(weight) ?? NaN }));
      return histogram(bins);
    }
    case 'HyperExp': {
      const branches = outline.parts.find((part) => part.name === 'branches' && part.written);
      if (!branches) break;
      const parts = pairs(branches).map(([weight, mean]) => ({ weight: number(weight) ?? NaN, law: weibull(number(mean) ?? NaN, 1) }));
      return mixture(parts);
    }
  }
  const numbers: Record<string, number | undefined> = {};
  if (inside) numbers['value'] = number(inside);
  else for (const part of outline.parts) if (part.written) numbers[part.name] = number(part);
  return FAMILIES[variant ?? '']?.(numbers as Numbers) ?? null;
}

/** The unit and the kind of its values: `ms` of a time. */
export function unitOf(outline: Outline): { kind: string; unit: string } {
  const quantities = [...quantitiesOf(outline)].filter((part) => part.unit !== 'ratio' && part.unit !== 'number');
  const written = quantities.find((part) => part.written) ?? quantities[0];
  const kind = written?.unit ?? 'number';
  return { kind, unit: read(written?.text ?? null, kind)?.unit ?? '' };
}

/** How a family is given that can be given in several ways. */
const USUAL: Record<string, string[]> = { LogNormal: ['median', 'p99'], Weibull: ['mean'], Pareto: ['mean'], HyperExp: ['mean', 'scv'] };

/**
 * A distribution of another family, or given by other parameters, with the mean of the one that is there; nothing where there
 * is no such rule, so that the family's own example is taken.
 */
export function withMean(variant: string, group: readonly string[], law: Law, unit: string, kind: string): string | null {
  if (!Number.isFinite(law.mean) || law.mean <= 0) return null;
  const { mean } = law;
  const spread = law.spikes.length > 0 ? 1 : Math.sqrt(Math.max(0.01, Math.log(law.quantile(0.99) / law.quantile(0.5))) / 1.6);
  const cv = rounded(Math.min(5, Math.max(0.1, spread)));
  const amount = (value: number) => write(rounded(value), unit, kind);
  const median = mean / Math.sqrt(1 + cv * cv);
  const sigma = Math.sqrt(Math.log1p(cv * cv));
  const logUnit = Math.log(median);
  const values: Record<string, Record<string, string>> = {
    LogNormal: {
      mean: amount(mean),
      cv: asText(cv),
      median: amount(Math.min(law.quantile(0.5), mean)),
      p99: amount(Math.max(law.quantile(0.99), law.quantile(0.5) * 1.01)),
      mu: asText(rounded(logUnit)),
      sigma: asText(rounded(sigma)),
    },
    Weibull: { mean: amount(mean), scale: amount(mean / gammaFunction(1 + 1 / 1.5)), shape: '1.5' },
    Pareto: { alpha: '2.5', mean: amount(mean), minimum: amount(mean * 0.6) },
    Gamma: { mean: amount(mean), cv: asText(cv) },
    Erlang: { k: '4', mean: amount(mean) },
    Uniform: { min: amount(mean * 0.5), max: amount(mean * 1.5) },
    BoundedPareto: { alpha: '1.5', min: amount(mean * 0.4), max: amount(mean * 20) },
    HyperExp: { mean: amount(mean), scv: asText(rounded(Math.max(1, cv * cv * 2))), branches: '' },
  };
  if (variant === 'Constant' || variant === 'Exp') return `${variant}(${amount(mean)})`;
  const fields = values[variant];
  if (!fields || group.some((name) => !fields[name])) return null;
  const own: Record<string, string[]> = { Weibull: ['shape'], Pareto: ['alpha'] };
  const names = [...(own[variant] ?? []), ...(group.length > 0 ? group : (USUAL[variant] ?? Object.keys(fields)))];
  return `${variant}(${names.map((name) => `${name}: ${fields[name]}`).join(', ')})`;
}

/** Where a law is drawn, and the curve over it, in `count` points; its highest point is 1. */
export function curve(law: Law, count: number): { from: number; to: number; points: [number, number][] } {
  const values = law.spikes.map(({ value }) => value);
  const smooth = law.density !== null;
  const highest = smooth ? law.quantile(0.995) : Math.max(...values);
  const to = (highest || 1) * (smooth ? 1 : 1.15);
  const points: [number, number][] = [];
  if (smooth) {
    // Not from 0 on, where some densities are infinite.
    for (let at = 0; at < count; at += 1) points.push([(to * (at + 0.5)) / count, law.density!((to * (at + 0.5)) / count)]);
    const sorted = points.map(([, y]) => y).toSorted((one, other) => other - one);
    // A pole at one end would flatten all the rest.
    const top = Math.min(sorted[0] ?? 1, (sorted[Math.floor(count / 50)] ?? 1) * 2);
    for (const point of points) point[1] = Math.min(1, point[1] / (top || 1));
  }
  return { from: 0, to, points };
}

function rounded(value: number): number {
  return Number(value.toPrecision(3));
}

function number(outline: Outline | null | undefined): number | undefined {
  if (!outline) return undefined;
  return read(outline.text, outline.unit ?? 'number')?.value;
}

function pairs(outline: Outline | null): [Outline | undefined, Outline | undefined][] {
  return (outline?.parts ?? []).map((tuple) => [tuple.parts[0], tuple.parts[1]]);
}

function* quantitiesOf(outline: Outline): Generator<Outline> {
  if (outline.kind === 'quantity') yield outline;
  for (const part of outline.parts) yield* quantitiesOf(part);
}

