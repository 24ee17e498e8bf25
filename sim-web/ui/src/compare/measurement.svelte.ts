// Replications of both arms on the same seeds, run on all cores, and what they say of each metric so far.
import type { Judgement, Measured, Metric, Outcome, Problem } from '../engine/protocol';
import { isError } from '../state/arm.svelte';
import { studio } from '../state/studio.svelte';
import { Results } from './results';
import { isNarrow, verdictOf, type Verdict } from './verdict';
import { words } from './words';

export type Wanted = 5 | 10 | 20 | 40 | 'narrow';

/** So many replications, then a look at the intervals, then more. */
const STAGES = [5, 10, 20, 40, 80];

export interface ComparedMetric {
  metric: Metric;
  judgement: Judgement;
  verdict: Verdict;
  /** Pairs in which one of both had nothing to count. */
  uncounted: number;
}

export interface Compared {
  texts: readonly [string, string];
  metrics: ComparedMetric[];
  /** Pairs that are done. */
  pairs: number;
  notes: string[];
}

/** One replication of both. */
type PairOfRuns = [Outcome<Measured> | null, Outcome<Measured> | null];

export const results = new Results(studio.engine.pool);

class Measurement {
  wanted = $state<Wanted>(10);
  isRunning = $state(false);
  done = $state(0);
  of = $state(0);
  compared = $state.raw<Compared | null>(null);
  /** Why there is no result, or how it ended. */
  note = $state('');
  #abort = new AbortController();
  #runs: PairOfRuns[] = [];
  #metrics: Metric[] = [];
  #judging: Promise<void> | null = null;

  /** Whether a text is another one than that which was measured. */
  get isStale(): boolean {
    const { compared } = this;
    return compared !== null && compared.texts.some((text, arm) => text !== studio.arms[arm]?.text);
  }

  get isWrong(): boolean {
    return studio.arms.some((arm) => arm.isWrong);
  }

  cancel(): void {
    this.#abort.abort();
  }

  async measure(): Promise<void> {
    if (this.isRunning || !studio.hasB) return;
    this.isRunning = true;
    this.note = '';
    this.#abort = new AbortController();
    const texts = [studio.arms[0].text, studio.arms[1].text] as const;
    try {
      await this.#measure(texts, this.#abort.signal);
    } catch (error) {
      if (!this.#abort.signal.aborted) throw error;
      this.note = words.cancelled;
    } finally {
      this.isRunning = false;
    }
  }

  async #measure(texts: readonly [string, string], signal: AbortSignal): Promise<void> {
    const stages = this.wanted === 'narrow' ? STAGES : [this.wanted];
    const metrics = await studio.engine.metrics(...texts);
    const seeds = await studio.engine.seeds(studio.arms[0].description?.seed ?? '0', stages.at(-1) ?? 5);
    const refused = [metrics, seeds].find((outcome) => !outcome.ok);
    if (!metrics.ok || !seeds.ok) {
      this.note = refused && !refused.ok ? told(refused.problems) : '';
      return;
    }
    if (metrics.value.length === 0) {
      this.note = words.noMetrics;
      return;
    }
    this.#metrics = metrics.value;
    this.#runs = [];
    this.done = 0;
    for (const stage of stages) {
      this.of = stage * 2;
      await this.#runTo(stage, texts, seeds.value, signal);
      await this.#judge(texts);
      if (this.wanted === 'narrow' && this.#isNarrow()) break;
    }
    if (this.wanted === 'narrow') this.note = this.#isNarrow() ? words.narrowReached : words.narrowMissed;
  }

  async #runTo(count: number, texts: readonly [string, string], seeds: string[], signal: AbortSignal): Promise<void> {
    const metrics = this.#metrics.map(({ name }) => name);
    const waiting: Promise<void>[] = [];
    for (let index = this.#runs.length; index < count; index += 1) {
      const pair: PairOfRuns = [null, null];
      this.#runs.push(pair);
      texts.forEach((text, arm) => {
        const run = results.measure({ text, seed: seeds[index] ?? '0', metrics }, signal);
        waiting.push(run.then((outcome) => this.#finished(pair, arm as 0 | 1, outcome, texts)));
      });
    }
    await Promise.all(waiting);
  }

  #finished(pair: PairOfRuns, arm: 0 | 1, outcome: Outcome<Measured>, texts: readonly [string, string]): void {
    pair[arm] = outcome;
    this.done += 1;
    // What is there is shown while the rest goes on; one look at a time.
    if (pair[0] && pair[1]) this.#judging ??= this.#judge(texts).finally(() => (this.#judging = null));
  }

  async #judge(texts: readonly [string, string]): Promise<void> {
    const metrics = this.#metrics;
    const done = this.#runs.flatMap(([a, b]) => (a && b ? [[a, b] as const] : []));
    const usable = done.flatMap(([a, b]) => (a.ok && b.ok ? [[a.value, b.value] as const] : []));
    const counted = metrics.map((_, index) =>
      usable.flatMap(([a, b]) => {
        const [first, second] = [a.values[index] ?? null, b.values[index] ?? null];
        return first === null || second === null ? [] : [{ first, second }];
      }),
    );
    const pairs = counted.map((found) => ({
      first: found.map(({ first }) => first),
      second: found.map(({ second }) => second),
    }));
    const judged = await studio.engine.judge(pairs);
    // A look that took long does not take the place of a later one.
    if (!judged.ok || (this.compared?.texts === texts && this.compared.pairs > done.length)) return;
    const told = metrics.map((metric, index): ComparedMetric => {
      const judgement = judged.value[index] ?? { first: null, second: null, difference: null };
      const uncounted = usable.length - (counted[index]?.length ?? 0);
      return { metric, judgement, verdict: verdictOf(metric, judgement), uncounted };
    });
    this.compared = { texts, metrics: told, pairs: done.length, notes: notesOf(done, told) };
  }

  #isNarrow(): boolean {
    const { compared } = this;
    return compared !== null && compared.metrics.every(({ metric, judgement }) => isNarrow(metric, judgement));
  }
}

function notesOf(done: readonly (readonly Outcome<Measured>[])[], metrics: readonly ComparedMetric[]): string[] {
  const notes = ['A', 'B'].flatMap((name, arm) => {
    const runs = done.flatMap((pair) => pair[arm] ?? []);
    const failed = runs.flatMap((run) => (run.ok ? [] : [told(run.problems)]));
    const censored = new Set(runs.flatMap((run) => (run.ok ? run.value.censored : [])));
    return [
      ...(failed.length > 0 ? [words.unusable(name, failed.length, failed[0] ?? '')] : []),
      ...(censored.size > 0 ? [words.censored(name, [...censored].join(', '))] : []),
    ];
  });
  const uncounted = metrics.filter((one) => one.uncounted > 0);
  return [...notes, ...uncounted.map((one) => words.uncounted(one.metric.name, one.uncounted))];
}

export function told(problems: readonly Problem[]): string {
  const problem = problems.find(isError) ?? problems[0];
  return problem ? [problem.message, problem.help].filter(Boolean).join('. ') : '';
}

export const measurement = new Measurement();
