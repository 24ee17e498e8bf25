// Parameters changed while the run goes on: few lines in the timeline, and few changes a second, however fast a slider is dragged.
import type { Edit, Outcome } from '../engine/protocol';
import type { ArmIndex, EditOptions, Studio } from './studio.svelte';
import { words } from './words';

interface Options {
  from?: 'now' | 'start';
  gesture?: string;
  arm?: ArmIndex;
  label?: string;
}

/** The change made last: within its gesture, a further one at the same time takes its place. */
interface Last {
  path: string;
  gesture: string | null;
  arm: ArmIndex;
  at: number;
  before: string;
  after: string;
}

interface Waiting {
  value: string;
  options: Options;
  answers: ((outcome: Outcome<string>) => void)[];
}

/** Between two changes of a parameter in one gesture, in ms. */
const APART = 125;

export class Parameters {
  readonly #studio: Studio;
  readonly #waiting = new Map<string, Waiting>();
  readonly #changing = new Set<string>();
  readonly #changedAt = new Map<string, number>();
  /** Paths that are known to be changeable in the middle of a run, and those that are not, as far as they were tried. */
  readonly #changeable = new Map<string, boolean>();
  #last: Last | null = null;

  constructor(studio: Studio) {
    this.#studio = studio;
  }

  set(path: string, value: string, options: Options): Promise<Outcome<string>> {
    if (options.gesture === undefined) return this.#change(path, value, options);
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(path);
      if (waiting) {
        waiting.value = value;
        waiting.options = options;
        waiting.answers.push(resolve);
        return;
      }
      this.#waiting.set(path, { value, options, answers: [resolve] });
      if (!this.#changing.has(path)) this.#schedule(path);
    });
  }

  /** Of another scenario nothing is known. */
  forget(): void {
    this.#changeable.clear();
    this.#last = null;
  }

  #schedule(path: string): void {
    const left = (this.#changedAt.get(path) ?? -Infinity) + APART - performance.now();
    setTimeout(() => void this.#flush(path), Math.max(0, left));
  }

  /** Makes the change that waits; those that come meanwhile wait for it, so that a slow machine skips values, not the last. */
  async #flush(path: string): Promise<void> {
    const waiting = this.#waiting.get(path);
    if (!waiting) return;
    this.#waiting.delete(path);
    this.#changing.add(path);
    this.#changedAt.set(path, performance.now());
    const outcome = await this.#change(path, waiting.value, waiting.options);
    this.#changing.delete(path);
    for (const answer of waiting.answers) answer(outcome);
    if (this.#waiting.has(path)) this.#schedule(path);
  }

  async #change(path: string, value: string, options: Options): Promise<Outcome<string>> {
    const studio = this.#studio;
    const arm = options.arm ?? studio.active;
    const label = options.label ?? words.changed(path);
    const rest = { arm, strict: true, ...(options.gesture === undefined ? {} : { gesture: options.gesture }) };
    const set = () => studio.edit([{ do: 'set', path, value }], label, rest);
    // At the very start both are the same, and the text that says it plainly is the better one.
    if (options.from !== 'now' || studio.changeTime === 0) return set();
    const known = this.#changeable.get(path);
    if (known !== false) {
      const changed = await this.#fromNow(path, value, label, { ...rest, quiet: known === undefined });
      if (changed.ok) this.#changeable.set(path, true);
      if (changed.ok || known) return changed;
    }
    // What cannot change in the middle of a run (numbers of machines, say) can still be what it was from the start.
    const fromStart = await set();
    if (!fromStart.ok) return fromStart;
    if (!studio.arms[arm].isWrong) this.#changeable.set(path, false);
    studio.notices.say('info', words.fromStart(path), { topic: 'parameter' });
    return fromStart;
  }

  async #fromNow(path: string, value: string, label: string, options: EditOptions & { arm: ArmIndex }): Promise<Outcome<string>> {
    const studio = this.#studio;
    const { arm, gesture = null } = options;
    const at = studio.changeTime;
    const last = this.#last;
    const current = studio.arms[arm].text;
    const isSame = last !== null && last.path === path && last.arm === arm && last.gesture === gesture;
    const replaces = isSame && last.at === at && last.after === current;
    const edits: Edit[] = [{ do: 'change', at, path, value }];
    const outcome = await studio.editFrom(replaces ? last.before : null, edits, label, options);
    const before = replaces ? last.before : current;
    this.#last = outcome.ok ? { path, gesture, arm, at, before, after: outcome.value } : null;
    return outcome;
  }
}
