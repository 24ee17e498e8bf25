// The one store of the page: texts and their history, the run, what is selected. Components read it, and change it by its methods.
import { Engine, type Restart } from '../engine/client';
import type { FrameView, Rows } from '../engine/frame';
import type { Catalogue, Description, Edit, Outcome, Problem, Tick } from '../engine/protocol';
import { ArmState } from './arm.svelte';
import { History, type HistoryEntry } from './history';
import { Notices } from './notices.svelte';
import { Parameters } from './parameters';
import { words } from './words';

export type ArmIndex = 0 | 1;
export type Selection = { node: string } | { edge: { from: string; to: string } } | null;

export interface EditOptions {
  /** Changes of one gesture (a drag, a burst of typing) are one entry of the history. */
  gesture?: string;
  /** The arm whose text is changed; the active one if not given. */
  arm?: ArmIndex;
}

export const SPEEDS = [1, 10, 100, Infinity] as const;

/** The DOM follows the run at most this often, in ms; canvases follow every frame. */
const PULSE = 100;
/** How long typing rests before the text is looked at, in ms. */
const TYPING_RESTS = 150;

export class Studio {
  readonly notices = new Notices();
  readonly arms: readonly [ArmState, ArmState] = [new ArmState(), new ArmState()];
  readonly engine = new Engine({ onTick: (tick) => this.#tick(tick), onRestart: (restart) => this.#restarted(restart) });

  /** What the engine offers: kinds, parameters, metrics, faults. There a moment after the start. */
  catalogue = $state.raw<Catalogue | null>(null);
  /** The name it was opened by: of a model or of a file. */
  name = $state('');
  /** The arm that edits go to. */
  active = $state<ArmIndex>(0);
  selection = $state.raw<Selection>(null);
  /** A shared link is looked at: time can be moved, nothing can be changed. */
  locked = $state(false);

  playing = $state(false);
  /** Simulated seconds a second that are asked for, and those that are reached. */
  #speed = $state<number>(1);
  reached = $state(0);
  /** Whether the machine cannot follow the speed asked for. */
  behind = $state(false);
  /** Where the run is catching up to, while it does. */
  goal = $state<number | null>(null);
  /** The simulated time, followed at ten a second; {@link time} is exact. */
  now = $state(0);
  /** Rises at most ten times a second with new numbers: read it to make a `$derived` follow `frame` and `rows`. */
  pulse = $state(0);

  #history = new History({ texts: ['', null], label: '', at: 0, gesture: null });
  #historyVersion = $state(0);
  readonly #parameters = new Parameters(this);
  readonly #listeners = new Set<() => void>();
  #time = 0;
  #isDrawing = false;
  #pulsedAt = 0;
  #pulseTimer: ReturnType<typeof setTimeout> | undefined;
  #typingTimer: ReturnType<typeof setTimeout> | undefined;
  readonly #applying = [false, false];
  #editing: Promise<unknown> = Promise.resolve();
  #seekTo: number | null = null;
  #isSeeking = false;

  // What components read, of the active arm; `studio.arms[0]` and `[1]` for both.

  get arm(): ArmState {
    return this.arms[this.active];
  }

  /** What the scenario is called: by its text, or by where it came from. */
  get title(): string {
    return this.arms[0].description?.name || this.name;
  }

  get hasB(): boolean {
    return this.arms[1].isOpen;
  }

  get text(): string {
    return this.arm.text;
  }

  get problems(): Problem[] {
    return this.arm.problems;
  }

  get description(): Description | null {
    return this.arm.description;
  }

  /** Not reactive by itself: see {@link pulse} and {@link onFrame}. */
  get frame(): FrameView {
    return this.arm.frame;
  }

  get rows(): Rows {
    return this.arm.rows;
  }

  /** The exact simulated time of the latest frame. Not reactive. */
  get time(): number {
    return this.#time;
  }

  /** Where changes are made: where the run is, or where it is catching up to. */
  get changeTime(): number {
    return Math.max(this.#time, this.goal ?? 0);
  }

  /** Calls `draw` once per drawn frame with new numbers; the result stops that. */
  onFrame(draw: () => void): () => void {
    this.#listeners.add(draw);
    return () => this.#listeners.delete(draw);
  }

  // Opening.

  /** Starts over with a text; a history of its own begins. Arm B is closed. */
  async open(
    text: string,
    options: { name?: string; at?: number; playing?: boolean; locked?: boolean } = {},
  ): Promise<void> {
    const { name = '', at = 0, playing = true, locked = false } = options;
    this.name = name;
    if (this.hasB) this.#dropB();
    this.locked = locked;
    this.selection = null;
    this.arms[0].text = text;
    this.arms[0].isFresh = true;
    this.#history = new History({ texts: [text, null], label: words.opened, at: 0, gesture: null });
    this.#historyVersion += 1;
    this.#parameters.forget();
    await this.#openArm(0, at);
    // Where the text is wrong it starts once it is right; what ran before goes on until then.
    this.playing = playing;
    await (playing ? this.engine.play(this.#speed) : this.engine.pause());
  }

  async loadCatalogue(): Promise<void> {
    const outcome = await this.engine.catalogue();
    if (outcome.ok) this.catalogue = outcome.value;
  }

  /** Arm B with a text, that of arm A if none is given; it catches up with A and becomes the active one. */
  async openB(text: string = this.arms[0].text): Promise<void> {
    this.arms[1].text = text;
    this.arms[1].isFresh = true;
    await this.#openArm(1, this.changeTime);
    if (!this.hasB) return;
    this.active = 1;
    this.#commit(words.armOpened);
  }

  async closeB(): Promise<void> {
    if (!this.hasB) return;
    this.#dropB();
    await this.engine.close(1);
    this.pulse += 1;
  }

  /** The arm that edits go to. */
  activate(arm: ArmIndex): void {
    if (arm === 0 || this.hasB) this.active = arm;
  }

  // Changing the text.

  /** The text as typed. What it means is looked at once typing rests. */
  setText(text: string, { gesture = 'typing', arm = this.active }: EditOptions = {}, label: string = words.typing): void {
    if (text === this.arms[arm].text || this.#refuse()) return;
    this.arms[arm].text = text;
    this.#commit(label, gesture);
    clearTimeout(this.#typingTimer);
    this.#typingTimer = setTimeout(() => void this.#lookAt(arm), TYPING_RESTS);
  }

  /** Edits that keep comments and layout, all at once. The run goes on with them at once. */
  edit(edits: Edit[], label: string, options: EditOptions = {}): Promise<Outcome<string>> {
    return this.editFrom(null, edits, label, options);
  }

  /** As {@link edit}, but from `base` rather than from the text as it is, if it is given. */
  editFrom(base: string | null, edits: Edit[], label: string, options: EditOptions = {}): Promise<Outcome<string>> {
    const arm = options.arm ?? this.active;
    const edited = this.#editing.then(() => this.#edit(arm, base, edits, label, options.gesture ?? null));
    this.#editing = edited.catch(() => undefined);
    return edited;
  }

  /**
   * A parameter's value, in scenario text. From `start` the text says it; from `now` a line of the timeline does, so that the
   * run keeps its past. In a gesture at most eight changes a second are made, the last always.
   */
  setParameter(
    path: string,
    value: string,
    options: { from?: 'now' | 'start'; gesture?: string; arm?: ArmIndex; label?: string } = {},
  ): Promise<Outcome<string>> {
    return this.#parameters.set(path, value, options);
  }

  /** A fault, as in scenario text (`Crash(target: "app/3", for: "30s")`), from now on. */
  strike(fault: string, options: EditOptions & { at?: number } = {}): Promise<Outcome<string>> {
    const { at = this.changeTime } = options;
    return this.edit([{ do: 'fault', at, fault }], words.struck(fault), options);
  }

  /** Leaves the locked view. */
  editCopy(): void {
    this.locked = false;
    this.notices.clear('locked');
  }

  get history(): { entries: readonly HistoryEntry[]; position: number; undoable: string | null; redoable: string | null } {
    void this.#historyVersion;
    const { entries, position, undoable, redoable } = this.#history;
    return { entries, position, undoable, redoable };
  }

  undo(): void {
    const label = this.#history.undoable;
    if (label === null || this.#refuse()) return;
    this.#return(this.#history.undo());
    this.notices.say('info', words.undone(label), { topic: 'history' });
  }

  redo(): void {
    const label = this.#history.redoable;
    if (label === null || this.#refuse()) return;
    this.#return(this.#history.redo());
    this.notices.say('info', words.redone(label), { topic: 'history' });
  }

  // Time.

  get speed(): number {
    return this.#speed;
  }

  set speed(speed: number) {
    this.#speed = speed;
    if (this.playing) void this.engine.play(speed);
  }

  async play(): Promise<void> {
    this.playing = true;
    await this.engine.play(this.#speed);
  }

  async pause(): Promise<void> {
    this.playing = false;
    await this.engine.pause();
  }

  toggle(): Promise<void> {
    return this.playing ? this.pause() : this.play();
  }

  /** One event, or some seconds; pauses. */
  async step(by: { events?: number; seconds?: number }): Promise<void> {
    this.playing = false;
    await this.engine.step(by);
  }

  /** Another time, earlier or later. While one is on its way only the last of further ones is sent. */
  async seek(to: number): Promise<void> {
    this.#seekTo = Math.max(0, to);
    if (this.#isSeeking) return;
    this.#isSeeking = true;
    while (this.#seekTo !== null) {
      const next: number = this.#seekTo;
      this.#seekTo = null;
      await this.engine.seek(next);
    }
    this.#isSeeking = false;
  }

  /** The next speed of the list, up or down. */
  shiftSpeed(by: 1 | -1): void {
    const above = SPEEDS.findIndex((speed) => speed >= this.#speed);
    this.speed = SPEEDS[Math.min(SPEEDS.length - 1, Math.max(0, above + by))] ?? 1;
  }

  // Within.

  #refuse(): boolean {
    if (!this.locked) return false;
    const action = { label: words.editCopy, run: () => this.editCopy() };
    this.notices.say('info', words.locked, { topic: 'locked', action });
    return true;
  }

  #commit(label: string, gesture: string | null = null): void {
    const [a, b] = this.arms;
    this.#history.commit({ texts: [a.text, this.hasB ? b.text : null], label, at: this.changeTime, gesture });
    this.#historyVersion += 1;
  }

  #return(entry: HistoryEntry | null): void {
    if (!entry) return;
    this.#historyVersion += 1;
    for (const arm of [0, 1] as const) {
      const text = entry.texts[arm];
      if (text === null || (arm === 1 && !this.hasB)) continue;
      this.arms[arm].text = text;
      void this.#apply(arm);
    }
  }

  async #edit(
    arm: ArmIndex,
    base: string | null,
    edits: Edit[],
    label: string,
    gesture: string | null,
  ): Promise<Outcome<string>> {
    if (this.#refuse()) return { ok: false, problems: [] };
    for (;;) {
      const before = this.arms[arm].text;
      const outcome = await this.engine.edit(base ?? before, edits);
      if (!outcome.ok) {
        const message = outcome.problems[0]?.message ?? '';
        this.notices.say('warning', words.notEdited(message), { topic: 'edit' });
        return outcome;
      }
      // Somebody typed meanwhile: the edit is made again, on the newer text.
      if (base === null && this.arms[arm].text !== before) continue;
      this.arms[arm].text = outcome.value.text;
      this.#commit(label, gesture);
      void this.#apply(arm);
      return { ok: true, value: outcome.value.text };
    }
  }

  /** Checks a typed text beside the run, and gives it to the run if it is right. */
  async #lookAt(arm: ArmIndex): Promise<void> {
    const { text } = this.arms[arm];
    const problems = await this.engine.check(text);
    if (this.arms[arm].text !== text) return;
    this.arms[arm].problems = problems;
    if (!problems.some((problem) => problem.severity === 'error')) await this.#apply(arm);
  }

  /** Gives the text to the run; of several in a row only the last. */
  async #apply(index: ArmIndex): Promise<void> {
    const arm = this.arms[index];
    if (this.#applying[index]) return;
    this.#applying[index] = true;
    try {
      if (arm.text === arm.good && arm.description) arm.describe(arm.description);
      while (arm.text !== arm.applied && arm.text !== arm.good) {
        const { text } = arm;
        if (arm.isFresh) {
          await this.#openArm(index, 0);
          continue;
        }
        const outcome = await this.engine.amend(index, text);
        arm.applied = text;
        if (outcome.ok) {
          arm.isOpen = true;
          arm.good = text;
          arm.describe(outcome.value.description);
          if (outcome.value.goal > this.#time) this.goal = outcome.value.goal;
        } else {
          arm.problems = outcome.problems;
        }
      }
    } finally {
      this.#applying[index] = false;
    }
  }

  async #openArm(index: ArmIndex, at: number): Promise<void> {
    const arm = this.arms[index];
    const { text } = arm;
    const outcome = await this.engine.open(index, text, at);
    arm.applied = text;
    if (outcome.ok) {
      arm.isFresh = false;
      arm.isOpen = true;
      arm.good = text;
      arm.describe(outcome.value);
    } else {
      arm.problems = outcome.problems;
    }
  }

  #dropB(): void {
    this.active = 0;
    this.arms[1].clear();
  }

  #restarted({ message, at, gaveUp }: Restart): void {
    if (gaveUp) {
      this.playing = false;
      this.goal = null;
      for (const arm of this.arms) arm.applied = arm.good = null;
      this.notices.say('error', words.gaveUp(at, message), { topic: 'engine' });
    } else {
      this.notices.say('warning', words.restarted(at, message), { topic: 'engine' });
    }
  }

  #tick(tick: Tick): void {
    tick.arms.forEach((armTick, index) => {
      if (armTick) this.arms[index]?.receive(armTick);
    });
    this.#time = tick.now;
    this.playing = tick.playing;
    if (this.goal !== tick.goal) this.goal = tick.goal;
    this.#schedulePulse(tick);
    if (this.#isDrawing) return;
    this.#isDrawing = true;
    requestAnimationFrame(() => this.#draw());
  }

  #draw(): void {
    this.#isDrawing = false;
    for (const draw of this.#listeners) draw();
    if (this.#listeners.size > 0 && performance.getEntriesByName('first-frame').length === 0) {
      performance.mark('first-frame');
    }
  }

  #schedulePulse(tick: Tick): void {
    const pulse = () => {
      this.#pulseTimer = undefined;
      this.#pulsedAt = performance.now();
      this.now = this.#time;
      this.behind = tick.behind;
      this.reached = tick.reached;
      this.pulse += 1;
    };
    const left = this.#pulsedAt + PULSE - performance.now();
    if (left <= 0) {
      clearTimeout(this.#pulseTimer);
      pulse();
    } else {
      // The last tick before a pause has to be shown as well; a later tick takes the place of this one.
      clearTimeout(this.#pulseTimer);
      this.#pulseTimer = setTimeout(pulse, left);
    }
  }
}

export const studio = new Studio();

declare global {
  interface Window {
    /** For tests and measurements. */
    escala: { studio: Studio };
  }
}

if (globalThis.window) window.escala = { studio };
