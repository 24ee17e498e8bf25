// Laws of random values as formulas: mean, density and distribution function of each family that scenarios know.

export interface Law {
  /** Infinite where there is none. */
  mean: number;
  /** The density; `spikes` instead where all values are single ones. */
  density: ((x: number) => number) | null;
  /** Values and their probabilities. */
  spikes: { value: number; share: number }[];
  /** The value below which this share lies. */
  quantile: (share: number) => number;
}

/** Numbers of a law by their names, in base units. */
export type Numbers = Readonly<Record<string, number | undefined>>;

type Family = (of: Numbers) => Law | null;

/** The standard normal quantile of 0.99. */
const NORMAL_99 = 2.3263478740408408;

/** Families by the names of their variants. What is not here has no picture. */
export const FAMILIES: Readonly<Record<string, Family>> = {
  Constant: ({ value = NaN }) => (known(value) ? constant(value) : null),
  Exp: ({ value = NaN }) => (known(value) ? weibull(value, 1) : null),
  Uniform: ({ min = NaN, max = NaN }) => (max > min ? uniform(min, max) : null),
  Erlang: ({ k = NaN, mean = NaN }) => (known(k, mean) ? gamma(k, mean / k) : null),
  Gamma: ({ mean = NaN, cv = NaN }) => {
    if (!known(mean, cv)) return null;
    return cv === 0 ? constant(mean) : gamma(1 / cv ** 2, mean * cv ** 2);
  },
  LogNormal: ({ mean = NaN, cv = NaN, median = NaN, p99 = NaN, mu = NaN, sigma = NaN }) => {
    if (known(median, p99)) return logNormal(median, Math.log(p99 / median) / NORMAL_99);
    if (known(mean, cv)) return logNormal(mean / Math.sqrt(1 + cv ** 2), Math.sqrt(Math.log1p(cv ** 2)));
    return known(mu, sigma) ? logNormal(Math.exp(mu), sigma) : null;
  },
  Weibull: ({ mean = NaN, shape = NaN, scale = mean / gammaFunction(1 + 1 / shape) }) => {
    return known(scale, shape) ? weibull(scale, shape) : null;
  },
  Pareto: ({ alpha = NaN, mean = NaN, minimum = (mean * (alpha - 1)) / alpha }) => {
    return known(alpha) && minimum > 0 ? pareto(alpha, minimum, Infinity) : null;
  },
  BoundedPareto: ({ alpha = NaN, min = NaN, max = NaN }) => {
    return known(alpha) && min > 0 && max > min ? pareto(alpha, min, max) : null;
  },
  HyperExp: ({ mean = NaN, scv = NaN }) => {
    if (!known(mean) || !(scv >= 1)) return null;
    const share = (1 + Math.sqrt((scv - 1) / (scv + 1))) / 2;
    const parts = [
      { weight: share, law: weibull(mean / (2 * share), 1) },
      { weight: 1 - share, law: weibull(mean / (2 * (1 - share)), 1) },
    ];
    return mixture(parts.filter(({ weight }) => weight > 0));
  },
};

function known(...values: number[]): boolean {
  return values.every((value) => Number.isFinite(value));
}

export function constant(value: number): Law {
  return { mean: value, density: null, spikes: [{ value, share: 1 }], quantile: () => value };
}

/** Single values, each with its share. */
export function empirical(values: readonly number[]): Law | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((one, other) => one - other);
  const shares = new Map<number, number>();
  for (const value of sorted) shares.set(value, (shares.get(value) ?? 0) + 1 / sorted.length);
  return {
    mean: sorted.reduce((sum, value) => sum + value, 0) / sorted.length,
    density: null,
    spikes: [...shares].map(([value, share]) => ({ value, share })),
    quantile: (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN,
  };
}

/** Bins that join at their bounds, rising from 0. */
export function histogram(bins: readonly { upper: number; weight: number }[]): Law | null {
  const total = bins.reduce((sum, { weight }) => sum + weight, 0);
  if (!(total > 0)) return null;
  const parts = bins.map(({ upper, weight }, index) => {
    const lower = bins[index - 1]?.upper ?? 0;
    return { weight: weight / total, law: upper > lower ? uniform(lower, upper) : constant(upper) };
  });
  return mixture(parts.filter(({ weight }) => weight > 0));
}

export function mixture(parts: readonly { weight: number; law: Law }[]): Law | null {
  const total = parts.reduce((sum, { weight }) => sum + weight, 0);
  if (!(total > 0)) return null;
  const shared = parts.map(({ weight, law }) => ({ share: weight / total, law }));
  const smooth = shared.filter(({ law }) => law.density);
  const cdf = (x: number) => shared.reduce((sum, { share, law }) => sum + share * below(law, x), 0);
  return {
    mean: shared.reduce((sum, { share, law }) => sum + share * law.mean, 0),
    density:
      smooth.length === 0 ? null : (x) => smooth.reduce((sum, { share, law }) => sum + share * law.density!(x), 0),
    spikes: shared.flatMap(({ share, law }) => law.spikes.map((spike) => ({ ...spike, share: spike.share * share }))),
    quantile: (share) => {
      const ends = shared.map(({ law }) => law.quantile(share));
      return bisect(cdf, share, Math.min(...ends), Math.max(...ends));
    },
  };
}

export function uniform(min: number, max: number): Law {
  return {
    mean: (min + max) / 2,
    density: (x) => (x >= min && x <= max ? 1 / (max - min) : 0),
    spikes: [],
    quantile: (share) => min + share * (max - min),
  };
}

export function weibull(scale: number, shape: number): Law {
  if (scale === 0) return constant(0);
  return {
    mean: scale * gammaFunction(1 + 1 / shape),
    density: (x) => {
      if (x < 0) return 0;
      return (shape / scale) * (x / scale) ** (shape - 1) * Math.exp(-((x / scale) ** shape));
    },
    spikes: [],
    quantile: (share) => scale * (-Math.log1p(-share)) ** (1 / shape),
  };
}

export function logNormal(median: number, sigma: number): Law {
  if (sigma === 0 || median === 0) return constant(median);
  return {
    mean: median * Math.exp((sigma * sigma) / 2),
    density: (x) => {
      if (x <= 0) return 0;
      return Math.exp(-((Math.log(x / median) / sigma) ** 2) / 2) / (x * sigma * Math.sqrt(2 * Math.PI));
    },
    spikes: [],
    quantile: (share) => median * Math.exp(sigma * normalQuantile(share)),
  };
}

export function gamma(shape: number, scale: number): Law {
  const logNorm = logGamma(shape) + shape * Math.log(scale);
  const density = (x: number) => (x <= 0 ? 0 : Math.exp((shape - 1) * Math.log(x) - x / scale - logNorm));
  const mean = shape * scale;
  const cdf = (x: number) => gammaBelow(shape, x / scale);
  return { mean, density, spikes: [], quantile: (share) => bisect(cdf, share, 0, mean * (1 + 40 / Math.sqrt(shape))) };
}

/** Cut at `max`, which may be infinite. */
export function pareto(alpha: number, min: number, max: number): Law {
  const kept = 1 - (min / max) ** alpha;
  const bounded = () => {
    const power = 1 - alpha;
    const integral = power === 0 ? Math.log(max / min) : ((max / min) ** power - 1) / power;
    return (alpha * min * integral) / kept;
  };
  return {
    mean: Number.isFinite(max) ? bounded() : alpha > 1 ? (alpha * min) / (alpha - 1) : Infinity,
    density: (x) => (x < min || x > max ? 0 : (alpha / kept / x) * (min / x) ** alpha),
    spikes: [],
    quantile: (share) => min * (1 - share * kept) ** (-1 / alpha),
  };
}

/** The share of a law at `x` and below. */
function below(law: Law, x: number): number {
  if (law.density === null) return law.spikes.reduce((sum, { value, share }) => sum + (value <= x ? share : 0), 0);
  return bisect(law.quantile, x, 0, 1 - 1e-9);
}

/** Where a rising function has a value. */
function bisect(rising: (x: number) => number, wanted: number, low: number, high: number): number {
  for (let round = 0; round < 60 && high - low > 1e-12 * Math.abs(high); round += 1) {
    const middle = (low + high) / 2;
    if (rising(middle) < wanted) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Lanczos' approximation, good to 1e-13. */
export function logGamma(x: number): number {
  const terms = [
    676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406, 12.507343278686905,
    -0.13857109526572012, 9.984369578019572e-6, 1.5056327351493116e-7,
  ];
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const base = x - 1;
  const sum = terms.reduce((sum, term, index) => sum + term / (base + index + 1), 0.9999999999998099);
  const t = base + terms.length - 0.5;
  return 0.5 * Math.log(2 * Math.PI) + (base + 0.5) * Math.log(t) - t + Math.log(sum);
}

export function gammaFunction(x: number): number {
  return Math.exp(logGamma(x));
}

/** The regularised lower incomplete gamma function, by its series or its continued fraction. */
function gammaBelow(shape: number, x: number): number {
  if (x <= 0) return 0;
  const front = Math.exp(shape * Math.log(x) - x - logGamma(shape));
  if (x < shape + 1) {
    let term = 1 / shape;
    let sum = term;
    for (let n = 1; n < 1_000 && term > sum * 1e-14; n += 1) {
      term *= x / (shape + n);
      sum += term;
    }
    return Math.min(1, sum * front);
  }
  let b = x + 1 - shape;
  let c = 1e300;
  let d = 1 / b;
  let fraction = d;
  for (let n = 1; n < 1_000; n += 1) {
    const a = -n * (n - shape);
    b += 2;
    d = 1 / (a * d + b || 1e-300);
    c = b + a / c || 1e-300;
    fraction *= d * c;
    if (Math.abs(d * c - 1) < 1e-14) break;
  }
  return Math.max(0, 1 - front * fraction);
}

/** Acklam's rational approximation of the normal quantile, good to 1e-9: enough for a picture. */
export function normalQuantile(share: number): number {
  const a = [-39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716, 2.506628277459239];
  const b = [-54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572, 1];
  const c = [-0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968, 2.938163982698783];
  const d = [0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416, 1];
  const polynomial = (terms: number[], x: number) => terms.reduce((sum, term) => sum * x + term, 0);
  if (share < 0.02425 || share > 0.97575) {
    const q = Math.sqrt(-2 * Math.log(Math.min(share, 1 - share)));
    const tail = polynomial(c, q) / polynomial(d, q);
    return share < 0.5 ? tail : -tail;
  }
  const q = share - 0.5;
  return (polynomial(a, q * q) * q) / polynomial(b, q * q);
}
