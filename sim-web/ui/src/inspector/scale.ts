// Where a value stands on its slider: along all that is allowed where that is little, else by orders of magnitude around it.

export interface Scale {
  /** How many positions there are above 0. */
  steps: number;
  position(value: number): number;
  value(position: number): number;
}

export interface Bounds {
  minimum: number | null;
  maximum: number | null;
}

const FINE = 200;

/** The scale of a whole number around the value it has. */
export function wholeScale(anchor: number, { minimum, maximum }: Bounds): Scale {
  const least = minimum ?? 0;
  const wanted = Math.max(10, nice(anchor * 4));
  const most = Math.min(maximum ?? Infinity, wanted);
  if (most - least <= FINE) return linear(least, Math.max(most, least + 1), Math.max(most - least, 1), Math.round);
  const top = Math.min(maximum ?? Infinity, nice(anchor * 10));
  return logarithmic(Math.max(least, 1, Math.round(anchor / 20)), top, least <= 0, Math.round);
}

/** The scale of a quantity around the value it has; `usual` is a value to go by where it is zero. */
export function quantityScale(anchor: number, usual: number, unit: string, { minimum, maximum }: Bounds): Scale {
  if (unit === 'ratio' && anchor <= (maximum ?? 1) && (anchor === 0 || anchor >= 0.05)) {
    const most = maximum ?? 1;
    return linear(minimum ?? 0, most, FINE, significant);
  }
  if (anchor < 0) return linear(anchor * 4, -anchor * 4, FINE, significant);
  const around = anchor > 0 ? anchor : usual > 0 ? usual : 1;
  const least = Math.max(minimum ?? 0, niceBelow(around / 10));
  const top = Math.min(maximum ?? Infinity, nice(around * 10));
  return logarithmic(least, Math.max(top, least * 2), (minimum ?? 0) <= 0 && anchor === 0, significant);
}

/** Whether a value is on the scale, and not at an end from which it should go further. */
export function fits(scale: Scale, value: number): boolean {
  const position = scale.position(value);
  const back = scale.value(position);
  return Math.abs(back - value) <= Math.abs(value) * 0.03 + 1e-12;
}

function linear(least: number, most: number, steps: number, round: (value: number) => number): Scale {
  return {
    steps,
    position: (value) => hold(((value - least) / (most - least)) * steps, steps),
    value: (position) => round(least + ((most - least) * position) / steps),
  };
}

/** By orders of magnitude; with zero to the left of them where that is wanted. */
function logarithmic(least: number, most: number, withZero: boolean, round: (value: number) => number): Scale {
  const span = Math.log(most / least);
  const first = withZero ? 1 : 0;
  return {
    steps: FINE,
    position: (value) => {
      if (withZero && value < least / 2) return 0;
      const share = Math.log(Math.max(value, least) / least) / span;
      return hold(first + share * (FINE - first), FINE);
    },
    value: (position) => {
      if (withZero && position < 1) return 0;
      return round(least * Math.exp((span * (position - first)) / (FINE - first)));
    },
  };
}

function hold(position: number, steps: number): number {
  return Math.round(Math.min(steps, Math.max(0, position)));
}

/** Three digits: fewer than a step of the slider, and no more than one reads. */
function significant(value: number): number {
  if (value === 0 || !Number.isFinite(value)) return 0;
  return Number(value.toPrecision(3));
}

/** The next of 1, 2, 5, 10, 20 … that is not below. */
export function nice(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [1, 2, 5, 10].find((one) => one * power >= value * (1 - 1e-9)) ?? 10;
  return Number((step * power).toPrecision(6));
}

function niceBelow(value: number): number {
  return Number((1 / nice(1 / value)).toPrecision(6));
}
