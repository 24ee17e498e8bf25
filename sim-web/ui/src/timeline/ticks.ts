// Round numbers for axes: few, and at the same places while the data moves.

const TIME_STEPS = [
  ...[0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800],
  ...[3600, 7200, 14_400, 21_600, 43_200, 86_400, 172_800, 432_000, 864_000, 4_320_000, 8_640_000],
];

/** Round times from 0 to `end`, of which `most` have room at most. */
export function timeTicks(end: number, most: number): number[] {
  if (!(end > 0) || most < 1) return [0];
  const step = TIME_STEPS.find((size) => end / size <= most) ?? end;
  const count = Math.floor(end / step + 1e-9);
  return Array.from({ length: count + 1 }, (_, index) => index * step);
}

/** A time as an axis shows it: `0:30`, `12:00`, `1:30:00`; below ten seconds with what the step needs. */
export function timeLabel(seconds: number, step: number): string {
  const after = step >= 1 ? 0 : Math.ceil(-Math.log10(step) - 1e-9);
  if (after > 0 && seconds < 60) return seconds.toFixed(after);
  const whole = Math.round(seconds);
  const two = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** The least round number that is not smaller: 1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8 and their decades. */
export function roundUp(value: number): number {
  if (!(value > 0) || !Number.isFinite(value)) return 1;
  const decade = 10 ** Math.floor(Math.log10(value));
  const step = [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].find((size) => size * decade >= value * (1 - 1e-9)) ?? 10;
  return step * decade;
}

export interface Range {
  low: number;
  high: number;
}

/** What an axis shows so that all values fit: from zero, or whole decades for logarithms. */
export function rangeOf(series: Iterable<ArrayLike<number>>, isLog: boolean, atLeast: number, atMost = Infinity): Range {
  let low = Infinity;
  let high = -Infinity;
  for (const values of series) {
    for (let index = 0; index < values.length; index += 1) {
      const value = values[index] as number;
      if (!Number.isFinite(value) || (isLog && value <= 0)) continue;
      if (value > high) high = value;
      if (value < low) low = value;
    }
  }
  if (!isLog) return { low: 0, high: Math.min(atMost, roundUp(Math.max(high * 1.05, atLeast))) };
  if (high === -Infinity) return { low: atLeast, high: atLeast * 100 };
  const bottom = 10 ** Math.floor(Math.log10(low) + 1e-9);
  const top = 10 ** Math.ceil(Math.log10(high) - 1e-9);
  return { low: bottom, high: top > bottom ? top : bottom * 10 };
}

/** Where the lines of an axis are, for a panel of this height: at its top, and half way if there is room. */
export function valueTicks({ low, high }: Range, isLog: boolean, height: number): number[] {
  if (!isLog) return height >= 96 ? [0, high / 4, high / 2, (high * 3) / 4, high] : height >= 36 ? [0, high / 2, high] : [0, high];
  const decades = Math.round(Math.log10(high / low));
  const step = Math.max(1, Math.ceil(decades / Math.max(1, Math.floor(height / 20))));
  const ticks: number[] = [];
  for (let power = decades; power >= 0; power -= step) ticks.unshift(low * 10 ** power);
  return ticks;
}

/** The end of the time axis where a scenario says none: a round span that holds what is there, with room to go on. */
export function openEnd(reached: number): number {
  let end = 60;
  while (end < reached * 1.1) end *= 2;
  return end;
}
