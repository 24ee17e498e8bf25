// What samples of metrics say: the engine's own statistics, put together for a table.
import type { Interval, Judgement, Pair } from './protocol';

/** What is used of the engine. */
interface Statistics {
  difference(first: Float64Array, second: Float64Array): string;
  interval(values: Float64Array): string;
  holm(chances: Float64Array): Float64Array;
}

type Difference = NonNullable<Judgement['difference']>;

/** Differences of paired values; their chances are corrected for being looked at together. */
export function judge(engine: Statistics, pairs: readonly Pair[]): Judgement[] {
  const judged = pairs.map(({ first, second }): Judgement => {
    const difference = JSON.parse(
      engine.difference(Float64Array.from(first), Float64Array.from(second)),
    ) as Difference | null;
    return { first: intervalOf(engine, first), second: intervalOf(engine, second), difference };
  });
  const found = judged.flatMap(({ difference }) => difference ?? []);
  const corrected = engine.holm(Float64Array.from(found, ({ p }) => p));
  found.forEach((difference, index) => (difference.p = corrected[index] ?? 1));
  return judged;
}

/** The mean of values with its interval; none of no values. */
export function intervalOf(engine: Statistics, values: readonly number[]): Interval | null {
  return values.length === 0 ? null : (JSON.parse(engine.interval(Float64Array.from(values))) as Interval);
}
