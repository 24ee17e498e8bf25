// Values of metrics as people read them, and differences of them with a sign.
import type { Metric } from '../engine/protocol';
import { numbers } from '../language';
import { words } from './words';

type Unit = Metric['unit'];

/** A value in seconds, per second, as a share of one, or a number. */
export function amount(value: number | null | undefined, unit: Unit): string {
  if (value === null || value === undefined) return numbers.UNKNOWN;
  switch (unit) {
    case 'time':
      return numbers.span(value);
    case 'time_squared':
      return numbers.withUnit(value, 's²');
    case 'rate':
      return numbers.rate(value);
    case 'share':
      return numbers.share(value);
    default:
      return numbers.plain(value);
  }
}

/** `+12 ms`, `−0.4 pp`: a share differs by percentage points, or it would read as a relative change. */
export function change(value: number, unit: Unit): string {
  const size = Math.abs(value);
  const told = unit === 'share' ? `${numbers.plain(size * 100)}\u00a0${words.percentagePoints}` : amount(size, unit);
  return sign(value) + told;
}

/** `+12%`. */
export function relative(value: number): string {
  return sign(value) + numbers.share(Math.abs(value));
}

function sign(value: number): string {
  return value > 0 ? '+' : value < 0 ? '−' : '';
}
