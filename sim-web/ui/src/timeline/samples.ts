// Rows of two arms on one time axis. As a rule both have the same rows, and then nothing is computed.

/** All times of both, in order. */
export function sharedTimes(a: Float64Array, b: Float64Array | null): Float64Array {
  if (!b || b.length === 0) return a;
  if (a.length === 0) return b;
  const [shorter, longer] = a.length <= b.length ? [a, b] : [b, a];
  if (isStartOf(shorter, longer)) return longer;
  const all = new Float64Array(a.length + b.length);
  let [count, i, j] = [0, 0, 0];
  while (i < a.length || j < b.length) {
    const next = Math.min(a[i] ?? Infinity, b[j] ?? Infinity);
    if (a[i] === next) i += 1;
    if (b[j] === next) j += 1;
    all[count] = next;
    count += 1;
  }
  return all.slice(0, count);
}

/** Values told at `own` times, on other times: each has the value of the interval that it lies in, or none after the last. */
export function spread(times: Float64Array, own: Float64Array, values: Float64Array): Float64Array {
  if (times === own || times.length === own.length) return values;
  const found = new Float64Array(times.length).fill(NaN);
  if (isStartOf(own, times)) {
    found.set(values);
    return found;
  }
  let row = 0;
  for (let index = 0; index < times.length; index += 1) {
    while (row < own.length && (own[row] as number) < (times[index] as number) - 1e-9) row += 1;
    if (row >= own.length) break;
    found[index] = values[row] as number;
  }
  return found;
}

/** One value by another, element by element; `NaN` where there is nothing to divide. */
export function shareOf(part: Float64Array, rest: Float64Array): Float64Array {
  const found = new Float64Array(part.length);
  for (let index = 0; index < part.length; index += 1) {
    const one = part[index] as number;
    const whole = one + (rest[index] as number);
    found[index] = whole > 0 ? one / whole : NaN;
  }
  return found;
}

function isStartOf(shorter: Float64Array, longer: Float64Array): boolean {
  if (shorter.length > longer.length) return false;
  for (let index = shorter.length - 1; index >= 0; index -= 1) {
    if (shorter[index] !== longer[index]) return false;
  }
  return true;
}
