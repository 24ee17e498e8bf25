// The geometry of a swept curve: where its points, its band and its axes are.
import { roundUp } from '../timeline/ticks';
import type { Swept, SweptPoint } from './sweeping.svelte';

export interface Place {
  x: number;
  y: number;
  /** The ends of the interval; the point itself where there is none. */
  low: number;
  high: number;
  /** Its position among the values. */
  index: number;
}

export interface Frame {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** Where values stand across: by their size or its logarithm; variants side by side. */
export function across({ positions, values, isLogarithmic }: Swept, { left, right }: Frame): number[] {
  const scaled = positions?.map((value) => (isLogarithmic ? Math.log(value) : value));
  if (!scaled) return values.map((_, index) => left + ((right - left) * (index + 0.5)) / values.length);
  const [least, most] = [Math.min(...scaled), Math.max(...scaled)];
  return scaled.map((value) => left + ((right - left) * (value - least)) / (most - least || 1));
}

/** The upper end of the axis of values, which begins at zero (or below, where values do). */
export function reach({ arms }: Swept): { low: number; high: number } {
  const points = arms.flatMap((arm) => arm.points).flatMap(({ interval }) => interval ?? []);
  const highs = points.map(({ mean, high }) => (high === null || high > 4 * mean ? mean : high));
  const high = Math.max(0, ...highs);
  const low = Math.min(0, ...points.map(({ mean }) => mean));
  return { low: low < 0 ? -roundUp(-low) : 0, high: high > 0 ? roundUp(high) : low < 0 ? 0 : 1 };
}

export function placesOf(points: readonly SweptPoint[], xs: readonly number[], range: { low: number; high: number }, { top, bottom }: Frame): Place[] {
  const y = (value: number) => {
    const share = (value - range.low) / (range.high - range.low || 1);
    return bottom - Math.min(1, Math.max(0, share)) * (bottom - top);
  };
  return points.flatMap(({ interval }, index) => {
    if (!interval) return [];
    const { mean, low, high } = interval;
    return [{ x: xs[index] ?? 0, y: y(mean), low: y(low ?? mean), high: y(high ?? mean), index }];
  });
}

export function linePath(places: readonly Place[]): string {
  return places.map(({ x, y }, index) => `${index === 0 ? 'M' : 'L'}${x.toFixed(1)},${y.toFixed(1)}`).join('');
}

export function bandPath(places: readonly Place[]): string {
  if (places.length < 2) return '';
  const upper = places.map(({ x, high }) => `${x.toFixed(1)},${high.toFixed(1)}`);
  const lower = [...places].reverse().map(({ x, low }) => `${x.toFixed(1)},${low.toFixed(1)}`);
  return `M${[...upper, ...lower].join('L')}Z`;
}
