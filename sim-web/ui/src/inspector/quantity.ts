// Quantities as people write them, as numbers for sliders, and back in the unit in which they were.
import { asText } from '../language/numbers';
import { quote, unquote } from './ron';

const SIZES: Record<string, number> = {
  ...{ B: 1, KB: 1e3, kB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 },
  ...{ KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 },
};

/** How many of the base unit (second, per second, one, byte, byte a second) a unit holds. */
const UNITS: Record<string, Record<string, number>> = {
  time: { ns: 1e-9, us: 1e-6, µs: 1e-6, μs: 1e-6, ms: 1e-3, s: 1, min: 60, h: 3600, d: 86_400 },
  size: SIZES,
  rate: rates(),
  bandwidth: bandwidths(),
  ratio: { '': 1, '%': 0.01 },
  number: { '': 1 },
};

function rates(): Record<string, number> {
  const found: Record<string, number> = {};
  for (const [prefix, factor] of Object.entries({ '': 1, k: 1e3, M: 1e6 })) {
    for (const [span, seconds] of Object.entries({ s: 1, min: 60, h: 3600, d: 86_400 })) {
      found[`${prefix}/${span}`] = factor / seconds;
    }
  }
  return found;
}

function bandwidths(): Record<string, number> {
  const bits = { bit: 1, kbit: 1e3, Mbit: 1e6, Gbit: 1e9, Tbit: 1e12 };
  const found: Record<string, number> = {};
  for (const [unit, size] of Object.entries(bits)) found[`${unit}/s`] = size / 8;
  for (const [unit, size] of Object.entries(SIZES)) found[`${unit}/s`] = size;
  return found;
}

/** A value in base units, and the unit in which it was written (the smallest, where there were several). */
export interface Amount {
  value: number;
  unit: string;
}

/** Reads scenario text (`"1200/s"`, `0.7`, `100_000`) or what somebody typed; nothing if it is no such quantity. */
export function read(text: string | null, kind: string): Amount | null {
  if (text === null) return null;
  const plain = unquote(text).trim();
  const units = UNITS[kind] ?? UNITS['number'] ?? {};
  const pattern = /(-?[0-9][0-9_]*(?:\.[0-9_]+)?(?:e[+-]?[0-9]+)?)\s*([^\s0-9.-][^0-9.-]*)?/gy;
  let total = 0;
  let unit: string | null = null;
  while (pattern.lastIndex < plain.length) {
    const found = pattern.exec(plain);
    if (!found) return null;
    unit = (found[2] ?? '').replaceAll(' ', '');
    const size = units[unit];
    if (size === undefined) return null;
    total += Number((found[1] ?? '').replaceAll('_', '')) * size;
  }
  return unit === null || !Number.isFinite(total) ? null : { value: total, unit };
}

/** Scenario text of a value in a unit: `"1200/s"`, `0.7`, `"70%"`. */
export function write(value: number, unit: string, kind: string): string {
  const size = UNITS[kind]?.[unit] ?? 1;
  const number = asText(value / size);
  return unit === '' ? number : quote(number + unit);
}

/** What is shown for editing: scenario text without its quotes. */
export function shown(text: string | null): string {
  return text === null ? '' : unquote(text);
}

/**
 * Scenario text of what somebody typed. A bare number takes the unit that was there, a decimal comma is a point; anything else
 * goes to the engine as it is, which says what is wrong with it.
 */
export function typed(text: string, unit: string, kind: string): string {
  const point = /^-?[0-9_]+,[0-9]+/.test(text.trim()) ? text.trim().replace(',', '.') : text.trim();
  const isBare = /^-?[0-9][0-9_]*(\.[0-9]+)?(e[+-]?[0-9]+)?$/.test(point);
  if (isBare && unit !== '') return quote(point + unit);
  if (isBare && (kind === 'ratio' || kind === 'number' || kind === 'whole')) return point;
  return kind === 'whole' ? point : quote(point);
}

/** The unit that a bare number has where nothing was written yet: that of the first example. */
export function usualUnit(examples: readonly string[], kind: string): string {
  return read(examples[0] ?? null, kind)?.unit ?? '';
}
