// Numbers for people: three significant digits, a unit, and nothing that jumps. `NaN` and `null` are a dash.
import { language, type Language } from './language.svelte';

export const UNKNOWN = '–';

type Amount = number | null | undefined;

const formats = new Map<string, Intl.NumberFormat>();

function format(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = language.current + JSON.stringify(options);
  let found = formats.get(key);
  if (!found) {
    found = new Intl.NumberFormat(TAGS[language.current], options);
    formats.set(key, found);
  }
  return found;
}

/** Spanish with a point between thousands from 1.000 on, as Spain writes; English as the command prints. */
const TAGS: Record<Language, string> = { en: 'en', es: 'es-ES' };

function known(value: Amount): value is number {
  return typeof value === 'number' && !Number.isNaN(value);
}

/** `41.2`, `1,050`, `0.031`: three significant digits below 1,000, whole above. */
export function plain(value: Amount): string {
  if (!known(value)) return UNKNOWN;
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
  if (Math.abs(value) >= 999.5) return format({ maximumFractionDigits: 0, useGrouping: true }).format(value);
  return format({ minimumSignificantDigits: 1, maximumSignificantDigits: 3 }).format(value);
}

/** `1.05 k`, `12.3 M`: three digits with the prefix that keeps them short. */
export function short(value: Amount, unit = ''): string {
  if (!known(value)) return UNKNOWN;
  const size = Math.abs(value);
  const step = size >= 999.5e6 ? 3 : size >= 999.5e3 ? 2 : size >= 999.5 ? 1 : 0;
  const scaled = value / 1000 ** step;
  const prefix = ['', 'k', 'M', 'G'][step] ?? '';
  const gap = prefix || (unit && !unit.startsWith('/')) ? '\u00a0' : '';
  return digits(scaled) + gap + prefix + unit;
}

/** Always three digits, so that a number which changes keeps its width: `41.2`, `4.12`, `412`. */
function digits(value: number): string {
  const size = Math.abs(value);
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
  const after = size === 0 ? 0 : size < 9.995 ? 2 : size < 99.95 ? 1 : 0;
  return format({ minimumFractionDigits: after, maximumFractionDigits: after }).format(value);
}

/** A rate a second: `1.05 k/s`. */
export function rate(value: Amount): string {
  return known(value) ? short(value, '/s') : UNKNOWN;
}

/** A latency given in milliseconds: `41.2 ms`, `1.20 s`, `350 µs`. */
export function latency(ms: Amount): string {
  if (!known(ms)) return UNKNOWN;
  if (ms !== 0 && Math.abs(ms) < 0.9995) return `${digits(ms * 1000)}\u00a0µs`;
  if (Math.abs(ms) < 999.5) return `${digits(ms)}\u00a0ms`;
  return span(ms / 1000);
}

/** A span given in seconds, in the unit that suits it: `0.5 ms`, `30 s`, `6 min`, `2 h`. */
export function span(seconds: Amount): string {
  if (!known(seconds)) return UNKNOWN;
  const size = Math.abs(seconds);
  if (size !== 0 && size < 0.9995) return latency(seconds * 1000);
  if (size < 119.5) return `${size >= 10 && size % 1 === 0 ? plain(seconds) : digits(seconds)}\u00a0s`;
  if (size < 7170) return `${plain(seconds / 60)}\u00a0min`;
  return `${plain(seconds / 3600)}\u00a0h`;
}

/** A share of one as a percentage: `92.3 %` in Spanish, `92.3%` in English. */
export function share(value: Amount): string {
  if (!known(value)) return UNKNOWN;
  const percent = Math.abs(value * 100);
  const after = percent === 0 || percent >= 99.95 ? 0 : percent < 9.995 ? 2 : 1;
  return format({ style: 'percent', minimumFractionDigits: after, maximumFractionDigits: after }).format(value);
}

/** A whole number: `12,345`. */
export function count(value: Amount): string {
  return known(value) ? format({ maximumFractionDigits: 0, useGrouping: true }).format(value) : UNKNOWN;
}

/** A time of the simulation as a clock shows it: `3:07.5`, `1:02:03.0`. */
export function clock(seconds: Amount): string {
  if (!known(seconds)) return UNKNOWN;
  const tenths = Math.floor(Math.max(0, seconds) * 10 + 1e-6);
  const two = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor(tenths / 36_000);
  const minutes = Math.floor(tenths / 600) % 60;
  const point = format({ minimumFractionDigits: 1 }).format(0.1).charAt(1);
  const rest = `${two(Math.floor(tenths / 10) % 60)}${point}${tenths % 10}`;
  return hours > 0 ? `${hours}:${two(minutes)}:${rest}` : `${minutes}:${rest}`;
}

/** A value with the unit that the engine names: `ms`, `s`, `/s`, `share`, or a word. */
export function withUnit(value: Amount, unit: string): string {
  switch (unit) {
    case 'ms':
      return latency(value);
    case 's':
      return span(value);
    case '/s':
    case '1/s':
      return rate(value);
    case 'share':
    case '%':
      return share(value);
    case '':
      return plain(value);
    default:
      return known(value) ? `${plain(value)}\u00a0${unit}` : UNKNOWN;
  }
}

/** A number as scenario text writes it: a point, no groups, no rounding beyond what a control needs. */
export function asText(value: number, digitsKept = 12): string {
  const text = String(Number(value.toPrecision(digitsKept)));
  return text.includes('e') ? value.toFixed(9).replace(/0+$/, '') : text;
}
