// The one store of the page: texts and their history, the run, what is selected. Components read it, and change it by its methods.
import { Engine, type Restart } from '../engine/client';
import type { FrameView, Rows } from '../engine/frame';
import type { Catalogue, Description, Edit, Outcome, Problem, Tick } from '../engine/protocol';
import { Applying } from './applying';
import { ArmState, isError } from './arm.svelte';
import { Drawing } from './drawing';
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
  /** A change that would make a right text wrong is refused; else it is made, and the text is left to be mended. */
  strict?: boolean;
  /** Nothing is said of a refusal. */
  quiet?: boolean;
}

export const SPEEDS = [1, 10, 100, Infinity] as const;


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
  readonly #applying: Applying = new Applying(this.engine, this.arms, (goal) => {
    if (goal > this.#time) this.goal = goal;
  });
  readonly #drawing = new Drawing(() => this.#beat());
  #time = 0;
  /** Where the run was sent, until the first word of it from there. */
  #sought: number | null = null;
  #lastTick: Tick | null = null;
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
    return this.#sought ?? Math.max(this.#time, this.goal ?? 0);
  }

  /** Calls `draw` once per drawn frame with new numbers; the result stops that. */
  onFrame(draw: () => void): () => void {
    return this.#drawing.add(draw);
  }

  // Opening.

  /** Starts over with a text; a history of its own begins. Arm B is closed. */
  async open(
    text: string,
    options: { name?: string; at?: number; playing?: boolean; locked?: boolean } = {},
  ): Promise<void> {
    const { name = '', at = 0, playing = true, locked = false } = options;
    this.name = name;
    if (this.hasB) {
      this.#dropB();
      void this.engine.close(1);
    }
    this.locked = locked;
    this.selection = null;
    this.arms[0].text = text;
    this.arms[0].isFresh = true;
    this.#history = new History({ texts: [text, null], label: words.opened, at: 0, gesture: null });
    this.#historyVersion += 1;
    this.#parameters.forget();
    // What is to stand at a time must not run past it on the way.
    if (!playing) await this.engine.pause();
    await this.#applying.open(0, at);
    // Where the text is wrong it starts once it is right; what ran before goes on until then.
    this.playing = playing;
    if (playing) await this.engine.play(this.#speed);
  }

  async loadCatalogue(): Promise<void> {
    const outcome = await this.engine.catalogue();
    if (outcome.ok) this.catalogue = outcome.value;
  }

  /** Arm B with a text, that which runs in arm A if none is given; it catches up with A and becomes the active one. */
  async openB(text: string = this.arms[0].good ?? this.arms[0].text): Promise<void> {
    this.arms[1].text = text;
    await this.#openB();
    if (this.hasB) this.#commit(words.armOpened);
  }

  async closeB(): Promise<void> {
    if (!this.hasB) return;
    this.#dropB();
    this.#commit(words.armClosed);
    await this.engine.close(1);
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
    this.#applying.later(arm);
  }

  /** Edits that keep comments and layout, all at once. The run goes on with them at once. */
  edit(edits: Edit[], label: string, options: EditOptions = {}): Promise<Outcome<string>> {
    return this.editFrom(null, edits, label, options);
  }

  /** As {@link edit}, but from `base` rather than from the text as it is, if it is given. */
  editFrom(base: string | null, edits: Edit[], label: string, options: EditOptions = {}): Promise<Outcome<string>> {
    const arm = options.arm ?? this.active;
    return this.#inTurn(() => this.#edit(arm, base, edits, label, options));
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
    return this.edit([{ do: 'fault', at, fault }], words.struck(fault), { strict: true, ...options });
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

  /** Takes the last change back, once those that are being made are made. */
  undo(): void {
    void this.#inTurn(() => {
      const label = this.#history.undoable;
      if (label === null || this.#refuse()) return;
      this.#return(this.#history.undo());
      this.notices.say('info', words.undone(label), { topic: 'history' });
    });
  }

  redo(): void {
    void this.#inTurn(() => {
      const label = this.#history.redoable;
      if (label === null || this.#refuse()) return;
      this.#return(this.#history.redo());
      this.notices.say('info', words.redone(label), { topic: 'history' });
    });
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
      this.#sought = next;
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

  /** Changes are made one after another, each on the text that the one before has left. */
  #inTurn<T>(change: () => T | Promise<T>): Promise<T> {
    const made = this.#editing.then(change);
    this.#editing = made.catch(() => undefined);
    return made;
  }

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
    const [a, b] = entry.texts;
    if (b === null && this.hasB) {
      this.#dropB();
      void this.engine.close(1);
    }
    this.arms[0].text = a;
    void this.#applying.now(0);
    if (b === null) return;
    this.arms[1].text = b;
    if (this.hasB) void this.#applying.now(1);
    else void this.#openB();
  }

  async #edit(
    arm: ArmIndex,
    base: string | null,
    edits: Edit[],
    label: string,
    { gesture, strict = false, quiet = false }: EditOptions,
  ): Promise<Outcome<string>> {
    if (this.#refuse()) return { ok: false, problems: [] };
    for (;;) {
      const { text, isOpen, isFresh, isWrong } = this.arms[arm];
      // What runs is right: the run itself refuses what would make it wrong, and nobody waits for a check before.
      const isChecked = strict && !isWrong;
      const isOfRun = isChecked && isOpen && !isFresh;
      const outcome = await (isOfRun ? this.#applying.edit(arm, base, edits) : this.#edited(base ?? text, edits, isChecked));
      if (outcome !== null && !outcome.ok) {
        const message = outcome.problems[0]?.message ?? '';
        if (!quiet) this.notices.say('warning', words.notEdited(message), { topic: 'edit' });
        return outcome;
      }
      // Somebody typed meanwhile: the edit is made again, on the newer text.
      if (outcome === null || (!isOfRun && base === null && this.arms[arm].text !== text)) continue;
      this.arms[arm].text = outcome.value;
      this.#commit(label, gesture ?? null);
      void this.#applying.now(arm);
      return outcome;
    }
  }

  async #edited(text: string, edits: Edit[], isChecked: boolean): Promise<Outcome<string>> {
    const outcome = await this.engine.edit(text, edits);
    if (!outcome.ok) return outcome;
    const errors = isChecked ? (await this.engine.check(outcome.value.text)).filter(isError) : [];
    return errors.length > 0 ? { ok: false, problems: errors } : { ok: true, value: outcome.value.text };
  }

  async #openB(): Promise<void> {
    this.arms[1].isFresh = true;
    await this.#applying.open(1, this.changeTime);
    if (this.hasB) this.active = 1;
    else this.notices.say('warning', words.notOpenedB(this.arms[1].problems[0]?.message ?? ''), { topic: 'edit' });
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
    if (!this.#isSeeking) this.#sought = null;
    tick.arms.forEach((armTick, index) => {
      if (armTick) this.arms[index]?.receive(armTick);
    });
    this.#time = tick.now;
    this.playing = tick.playing;
    if (this.goal !== tick.goal) this.goal = tick.goal;
    this.#lastTick = tick;
    this.#drawing.request();
  }

  #beat(): void {
    this.now = this.#time;
    this.behind = this.#lastTick?.behind ?? false;
    this.reached = this.#lastTick?.reached ?? 0;
    this.pulse += 1;
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
