// What a difference amounts to, once chance is allowed for.
import type { Judgement, Metric } from '../engine/protocol';

export type Verdict = 'better' | 'worse' | 'higher' | 'lower' | 'identical' | 'notShown' | 'unknown';

/** The chance of a false claim among all metrics that are judged together. */
const LEVEL = 0.05;
/** An interval this wide, as a share of the value of A, is narrow enough. */
const NARROW = 0.05;
/** Shares near zero have no relative width worth asking for: half a percentage point is narrow. */
const NARROW_SHARE = 0.005;

export function verdictOf({ better }: Metric, { difference }: Judgement): Verdict {
  if (difference === null || !Number.isFinite(difference.p)) return 'unknown';
  if (difference.mean === 0 && difference.low === 0 && difference.high === 0) return 'identical';
  if (difference.p >= LEVEL) return 'notShown';
  if (better === 'neither') return difference.mean > 0 ? 'higher' : 'lower';
  return difference.mean < 0 === (better === 'less') ? 'better' : 'worse';
}

/** Whether further runs would say little more. */
export function isNarrow({ unit }: Metric, { first, difference }: Judgement): boolean {
  if (difference === null || first === null) return false;
  const half = (difference.high - difference.low) / 2;
  if (half === 0 || (unit === 'share' && half <= NARROW_SHARE)) return true;
  return half <= NARROW * Math.abs(first.mean);
}
