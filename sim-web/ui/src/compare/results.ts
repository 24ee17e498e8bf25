// Runs that were measured are kept, by what they are of: asking for them again answers at once.
import type { Edit, Measured, Outcome } from '../engine/protocol';

export interface MeasureJob {
  text: string;
  seed: string;
  metrics: string[];
  edits?: Edit[];
}

/** What is used of the pool. */
interface Runs {
  run<T>(job: MeasureJob, signal?: AbortSignal): Promise<Outcome<T>>;
}

/** Of so many runs the results are kept; a few numbers each. */
const MOST = 20_000;

export class Results {
  readonly #runs: Runs;
  readonly #known = new Map<string, Measured>();

  constructor(runs: Runs) {
    this.#runs = runs;
  }

  /** Rejects with an `AbortError` once it is cancelled. */
  async measure(job: MeasureJob, signal?: AbortSignal): Promise<Outcome<Measured>> {
    signal?.throwIfAborted();
    const key = hash(JSON.stringify([job.text, job.edits ?? [], job.seed, job.metrics]));
    const known = this.#known.get(key);
    if (known) return { ok: true, value: known };
    const outcome = await this.#runs.run<Measured>(job, signal);
    if (outcome.ok) this.#keep(key, outcome.value);
    return outcome;
  }

  #keep(key: string, measured: Measured): void {
    this.#known.set(key, measured);
    if (this.#known.size <= MOST) return;
    const [oldest] = this.#known.keys();
    if (oldest !== undefined) this.#known.delete(oldest);
  }
}

/** 64 bits of a text: two rounds of multiplication and folding with different constants. */
export function hash(text: string): string {
  let [one, two] = [0xdeadbeef, 0x41c6ce57];
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    one = Math.imul(one ^ unit, 0x9e3779b1);
    two = Math.imul(two ^ unit, 0x5f356495);
  }
  one = Math.imul(one ^ (one >>> 16), 0x85ebca6b) ^ Math.imul(two ^ (two >>> 13), 0xc2b2ae35);
  two = Math.imul(two ^ (two >>> 16), 0x85ebca6b) ^ Math.imul(one ^ (one >>> 13), 0xc2b2ae35);
  const hex = (value: number) => (value >>> 0).toString(16).padStart(8, '0');
  return `${hex(one)}${hex(two)}-${text.length}`;
}
