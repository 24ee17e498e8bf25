// From a text to the run of it: checks what is typed, gives the engine what is right, and keeps what is wrong from it.
import type { Amended, Engine } from '../engine/client';
import type { Edit, Outcome } from '../engine/protocol';
import type { ArmState } from './arm.svelte';

/** How long typing rests before the text is looked at, in ms. */
const TYPING_RESTS = 150;

export class Applying {
  readonly #engine: Engine;
  readonly #arms: readonly ArmState[];
  readonly #isBusy = [false, false];
  /** Whether the run is to be given the text once it has taken what it is given now. */
  readonly #isAsked = [false, false];
  readonly #whenFree: (() => void)[] = [];
  readonly #timers: (ReturnType<typeof setTimeout> | undefined)[] = [];
  /** Told where the run catches up to, a moment before the first tick tells it. */
  readonly #onGoal: (goal: number) => void;

  constructor(engine: Engine, arms: readonly ArmState[], onGoal: (goal: number) => void) {
    this.#engine = engine;
    this.#arms = arms;
    this.#onGoal = onGoal;
  }

  /** Looks at a text once typing rests. */
  later(index: number): void {
    clearTimeout(this.#timers[index]);
    this.#timers[index] = setTimeout(() => void this.#look(index), TYPING_RESTS);
  }

  /** Gives the text to the run; of several in a row only the last. */
  async now(index: number): Promise<void> {
    const arm = this.#arms[index];
    if (!arm) return;
    if (this.#isBusy[index]) {
      this.#isAsked[index] = true;
      return;
    }
    this.#isBusy[index] = true;
    try {
      // Back to what runs, after a mistake.
      if (arm.text === arm.good && arm.description) arm.describe(arm.description);
      while (arm.text !== arm.applied && arm.text !== arm.good) {
        await (arm.isFresh ? this.open(index, 0) : this.#amend(index, arm));
      }
    } finally {
      this.#free(index);
    }
  }

  /**
   * Gives the run the text with edits made in it, or `base` with them if it is given. If the run takes it, it is the text of the
   * arm; else nothing has changed. Null if the text has become another one meanwhile: it is the one to be edited.
   */
  async edit(index: number, base: string | null, edits: Edit[]): Promise<Outcome<string> | null> {
    const arm = this.#arms[index];
    while (this.#isBusy[index]) await new Promise<void>((resolve) => this.#whenFree.push(resolve));
    if (!arm) return null;
    this.#isBusy[index] = true;
    try {
      const before = arm.text;
      const outcome = await this.#engine.amend(index, base ?? before, edits);
      if (!outcome.ok) return outcome;
      const isCurrent = base !== null || arm.text === before;
      const { text } = outcome.value;
      if (isCurrent) arm.text = text;
      this.#take(arm, outcome.value);
      return isCurrent ? { ok: true, value: text } : null;
    } finally {
      this.#free(index);
    }
  }

  /** Starts over with the text, and catches up to a time. */
  async open(index: number, at: number): Promise<void> {
    const arm = this.#arms[index];
    if (!arm) return;
    const { text } = arm;
    const outcome = await this.#engine.open(index, text, at);
    arm.applied = text;
    if (!outcome.ok) {
      arm.problems = outcome.problems;
      return;
    }
    arm.isFresh = false;
    arm.isOpen = true;
    arm.good = text;
    arm.describe(outcome.value);
  }

  async #amend(index: number, arm: ArmState): Promise<void> {
    const { text } = arm;
    const outcome = await this.#engine.amend(index, text);
    arm.applied = text;
    if (!outcome.ok) {
      arm.problems = outcome.problems;
      return;
    }
    this.#take(arm, outcome.value);
  }

  /** What runs from now on. */
  #take(arm: ArmState, { text, description, goal }: Amended): void {
    arm.isOpen = true;
    arm.applied = arm.good = text;
    arm.describe(description);
    this.#onGoal(goal);
  }

  #free(index: number): void {
    this.#isBusy[index] = false;
    for (const resolve of this.#whenFree.splice(0)) resolve();
    const isAsked = this.#isAsked[index];
    this.#isAsked[index] = false;
    if (isAsked) void this.now(index);
  }

  /** Checks a typed text beside the run, so that a mistake costs the run nothing. */
  async #look(index: number): Promise<void> {
    const arm = this.#arms[index];
    if (!arm) return;
    const { text } = arm;
    const problems = await this.#engine.check(text);
    if (arm.text !== text) return;
    arm.problems = problems;
    if (!arm.isWrong) await this.now(index);
  }
}
