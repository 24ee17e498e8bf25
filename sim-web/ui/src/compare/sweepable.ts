// Which parameters of a scenario can be swept, and the values to sweep them over.
import type { Outline } from '../engine/protocol';
import { places } from '../inspector/outline';
import { read } from '../inspector/quantity';
import { segments } from '../inspector/ron';

export interface Sweepable {
  path: string;
  /** `time`, `rate`, `whole` …; null for a choice among variants. */
  kind: string | null;
  /** As it stands, in scenario text. */
  text: string;
  /** In base units, and the unit it is written in. */
  value: number;
  unit: string;
  least: number;
  most: number;
  /** Of a choice: what can stand there, in scenario text; what stands there first. */
  variants: string[];
}

export type Spacing = 'even' | 'logarithmic';

/** Parts of a scenario that are no parameters of the system. */
const NOT_SWEPT = new Set(['cases', 'expect', 'layout', 'timeline']);
const NOT_SWEPT_OF_RUN = new Set(['seed', 'sample', 'limits', 'drain']);

export function sweepables(outline: Outline): Sweepable[] {
  const found: Sweepable[] = [];
  for (const place of places(outline)) {
    const parts = segments(place.path);
    const [first = '', second = ''] = parts;
    if (NOT_SWEPT.has(first) || (first === 'run' && NOT_SWEPT_OF_RUN.has(second))) continue;
    // What a whole node or scaler is, is another system and not another value.
    if ((first === 'nodes' || first === 'scale') && parts.length === 2) continue;
    const one = sweepable(place);
    if (one) found.push(one);
  }
  return found;
}

function sweepable(place: Outline): Sweepable | null {
  const { path, text, minimum, maximum } = place;
  if (text === null || path === '') return null;
  const nothing = { value: NaN, unit: '', least: -Infinity, most: Infinity, variants: [] };
  if (place.kind === 'truth') return { ...nothing, path, kind: null, text, variants: ['false', 'true'] };
  if (place.kind === 'choice') {
    if (place.variants.length < 2 || place.variant === null) return null;
    const others = place.variants.filter(({ name }) => name !== place.variant).map(({ template }) => template);
    return { ...nothing, path, kind: null, text, variants: [text, ...others] };
  }
  const kind = place.kind === 'whole' ? 'whole' : place.kind === 'quantity' ? (place.unit ?? 'number') : null;
  const amount = kind === null ? null : read(text, kind);
  if (kind === null || amount === null) return null;
  const bounds = { least: minimum ?? (kind === 'whole' ? 0 : -Infinity), most: maximum ?? Infinity };
  return { ...nothing, ...bounds, ...amount, path, kind, text };
}

/** A range to begin with: from half of what it is to twice that. */
export function usualRange({ value, kind, least, most }: Sweepable): [number, number] {
  if (value === 0) return [0, Math.min(most, 1)];
  const round = (bound: number) => (kind === 'whole' ? Math.round(bound) : Number(bound.toPrecision(3)));
  const low = Math.max(least, round(kind === 'whole' ? Math.max(1, Math.floor(value / 2)) : value / 2));
  return [low, Math.min(most, Math.max(round(value * 2), low + (kind === 'whole' ? 1 : 0)))];
}

/** Values from one to another, ends included, rounded as people write them; none where that is no range. */
export function valuesOf({ kind, unit }: Sweepable, from: number, to: number, points: number, spacing: Spacing): number[] {
  const isRange = Number.isFinite(from) && Number.isFinite(to) && from !== to && points >= 2;
  if (!isRange || (spacing === 'logarithmic' && Math.min(from, to) <= 0)) return [];
  // Rounded in the unit that is written: 33.3 ms, and not 0.0333 s.
  const scale = read(`1${unit}`, kind ?? '')?.value ?? 1;
  const values = Array.from({ length: points }, (_, index) => {
    const share = index / (points - 1);
    const exact = spacing === 'even' ? from + (to - from) * share : from * (to / from) ** share;
    if (index === 0 || index === points - 1) return exact;
    return kind === 'whole' ? Math.round(exact) : Number((exact / scale).toPrecision(3)) * scale;
  });
  return [...new Set(values)];
}
