// A sweep: one parameter over several values, with the same seeds at each, in every arm that is open.
import type { Edit, Interval, Measured, Outcome } from '../engine/protocol';
import { studio, type ArmIndex } from '../state/studio.svelte';
import { results, told } from './measurement.svelte';
import { words } from './words';

export interface SweepPlan {
  path: string;
  /** In scenario text. */
  values: string[];
  /** Where they stand on the axis; none for variants. */
  positions: number[] | null;
  isLogarithmic: boolean;
  metric: string;
  unit: SweptMetric['unit'];
  replications: number;
}

export interface SweptMetric {
  name: string;
  unit: 'time' | 'time_squared' | 'rate' | 'share' | 'count' | 'number';
}

export interface SweptPoint {
  interval: Interval | null;
  /** Runs that are done. */
  runs: number;
  /** Why runs could not be used. */
  failure: string | null;
  censored: string[];
}

export interface Swept extends SweepPlan {
  /** By arm: its points in the order of the values. */
  arms: { arm: ArmIndex; text: string; points: SweptPoint[] }[];
}

/** Between two looks at what is done, in ms. */
const LOOK_EVERY = 400;

class Sweeping {
  isRunning = $state(false);
  done = $state(0);
  of = $state(0);
  note = $state('');
  swept = $state.raw<Swept | null>(null);
  #abort = new AbortController();

  get isStale(): boolean {
    const { swept } = this;
    if (swept === null) return false;
    return swept.arms.some(({ arm, text }) => studio.arms[arm].text !== text) || swept.arms.length !== (studio.hasB ? 2 : 1);
  }

  cancel(): void {
    this.#abort.abort();
  }

  async run(plan: SweepPlan): Promise<void> {
    if (this.isRunning) return;
    this.isRunning = true;
    this.note = '';
    this.#abort = new AbortController();
    try {
      await this.#run(plan, this.#abort.signal);
    } catch (error) {
      if (!this.#abort.signal.aborted) throw error;
      this.note = words.cancelled;
    } finally {
      this.isRunning = false;
    }
  }

  /** The parameter as it is at a point, from the start on: what was swept stays true of the text. */
  async use(value: string, arm: ArmIndex): Promise<void> {
    const { swept, isStale } = this;
    if (!swept) return;
    const outcome = await studio.setParameter(swept.path, value, { from: 'start', arm });
    if (!outcome.ok) return;
    studio.notices.say('info', words.setTo(swept.path, value), { topic: 'sweep' });
    if (isStale || this.swept !== swept) return;
    this.swept = { ...swept, arms: swept.arms.map((one) => (one.arm === arm ? { ...one, text: outcome.value } : one)) };
  }

  async #run(plan: SweepPlan, signal: AbortSignal): Promise<void> {
    const arms: ArmIndex[] = studio.hasB ? [0, 1] : [0];
    const texts = arms.map((arm) => studio.arms[arm].text);
    const seeds = await studio.engine.seeds(studio.arms[0].description?.seed ?? '0', plan.replications);
    if (!seeds.ok) {
      this.note = told(seeds.problems);
      return;
    }
    const outcomes: Outcome<Measured>[][][] = arms.map(() => plan.values.map(() => []));
    this.done = 0;
    this.of = arms.length * plan.values.length * plan.replications;
    this.swept = null;
    let looked = performance.now();
    let looking: Promise<void> | null = null;
    const look = () => this.#look(plan, arms, texts, outcomes);
    const one = async (arm: number, point: number, seed: string) => {
      const edits: Edit[] = [{ do: 'set', path: plan.path, value: plan.values[point] ?? '' }];
      const job = { text: texts[arm] ?? '', seed, metrics: [plan.metric], edits };
      const outcome = await results.measure(job, signal);
      outcomes[arm]?.[point]?.push(outcome);
      this.done += 1;
      if (performance.now() - looked < LOOK_EVERY || looking) return;
      looked = performance.now();
      looking = look().finally(() => (looking = null));
    };
    // Seed by seed, so that the whole curve is there early and becomes surer.
    const all = seeds.value.flatMap((seed) => plan.values.flatMap((_, point) => arms.map((_, arm) => one(arm, point, seed))));
    try {
      await Promise.all(all);
    } finally {
      await looking;
      await look();
    }
  }

  async #look(plan: SweepPlan, arms: ArmIndex[], texts: string[], outcomes: Outcome<Measured>[][][]): Promise<void> {
    const now = outcomes.map((points) => points.map((runs) => [...runs]));
    const samples = now.flat().map((runs) => runs.flatMap((run) => (run.ok ? (run.value.values[0] ?? []) : [])));
    const intervals = await studio.engine.intervals(samples);
    if (!intervals.ok) return;
    this.swept = {
      ...plan,
      arms: arms.map((arm, index) => ({
        arm,
        text: texts[index] ?? '',
        points: plan.values.map((_, point) => {
          const interval = intervals.value[index * plan.values.length + point] ?? null;
          return pointOf(now[index]?.[point] ?? [], interval);
        }),
      })),
    };
  }
}

function pointOf(runs: readonly Outcome<Measured>[], interval: Interval | null): SweptPoint {
  const failed = runs.flatMap((run) => (run.ok ? [] : [told(run.problems)]));
  const censored = new Set(runs.flatMap((run) => (run.ok ? run.value.censored : [])));
  return { interval, runs: runs.length, failure: failed[0] ?? null, censored: [...censored] };
}

/** As a table for other programs: a line a point of each arm. */
export function csvOf({ path, metric, values, arms }: Swept): string {
  const field = (value: string | number | null) => {
    const text = value === null ? '' : String(value);
    return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const head = ['arm', path, `${metric} mean`, 'low95', 'high95', 'runs', 'failure'];
  const lines = arms.flatMap(({ arm, points }) =>
    points.map(({ interval, runs, failure }, point) => [
      ...[arm === 0 ? 'A' : 'B', values[point] ?? '', interval?.mean ?? null],
      ...[interval?.low ?? null, interval?.high ?? null, runs, failure],
    ]),
  );
  return `${[head, ...lines].map((line) => line.map(field).join(',')).join('\n')}\n`;
}

export const sweeping = new Sweeping();
