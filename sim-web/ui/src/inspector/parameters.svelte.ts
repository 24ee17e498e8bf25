// The parameters of what is selected: read from the text as it is in force, and changed from now on or from the start.
import { numbers } from '../language';
import type { Edit, Outcome, Outline, Problem } from '../engine/protocol';
import { studio, type ArmIndex } from '../state/studio.svelte';
import { changesOf, covers, until, type Change } from './outline';
import { words } from './words';

export type From = 'now' | 'start';

/** What is said at a control. */
export interface Note {
  kind: 'error' | 'info';
  text: string;
}

/** Whether a value there can change from now on, only from the start, or has to be looked at each time. */
type Way = From | 'unsure';

interface Wanted {
  value: string;
  gesture: string | undefined;
  answers: ((done: boolean) => void)[];
}

export class ParameterPanel {
  /** Whether changes are made from now on, or from the start. */
  from = $state<From>('now');
  /** By path, what is to be said at its control. */
  notes = $state.raw<Readonly<Record<string, Note>>>({});
  /** Whether something is being dragged: then nothing else asks the engine. */
  isHeld = false;
  readonly #wanted = new Map<string, Wanted>();
  /** How a place can be changed, as it was found out when somebody last took hold of it. */
  readonly #ways = new Map<string, Promise<Way>>();
  readonly #busy = new Set<string>();

  /** All `Set`s of the active arm, in the order in which they come. */
  readonly changes = $derived(changesOf(studio.description?.timeline ?? []));
  /** How many of them have come: a number, so that what follows it does so only when one comes. */
  readonly #come = $derived(until(this.changes, Math.max(studio.now, studio.goal ?? 0)).length);
  readonly come = $derived(this.changes.slice(0, this.#come));

  /** What is said about a change of the value at a path: since when it is in force, or from when on another one is. */
  changeOf(path: string): string | null {
    const last = (changes: readonly Change[]) => changes.findLast((change) => covers(change.path, path));
    if (this.from === 'now') {
      const change = last(this.come);
      return change ? words.changedAt(numbers.clock(change.at)) : null;
    }
    const change = last(this.changes);
    return change ? words.laterChanged(numbers.clock(change.at), change.value) : null;
  }

  /** The text whose values are shown: that in force now, or that of the start. */
  async shownText(text: string, come: readonly Change[], from: From): Promise<string> {
    if (from === 'start' || come.length === 0) return text;
    const sets = come.map(({ path, value }): Edit => ({ do: 'set', path, value }));
    const outcome = await studio.engine.edit(text, sets);
    return outcome.ok ? outcome.value.text : text;
  }

  /**
   * Gives a path a value, in scenario text. What cannot be is said at the control, and nothing is changed; what cannot happen
   * in the middle of a run happens from the start. While one value is looked at only the last of further ones is kept.
   */
  set(path: string, value: string, gesture?: string): Promise<boolean> {
    return new Promise((resolve) => {
      const before = this.#wanted.get(path);
      this.#wanted.set(path, { value, gesture, answers: [...(before?.answers ?? []), resolve] });
      if (!this.#busy.has(path)) void this.#work(path);
    });
  }

  /**
   * Somebody is about to drag: whether this place can change in the middle of a run is found out with a value that is near, so
   * that none of those to come has to wait for it.
   */
  prepare(path: string, value: string): void {
    this.#ways.set(this.#key(path), this.#way(path, value));
  }

  /** A gesture is over: its last value is looked at, and taken back if the scenario is wrong with it. */
  async finish(path: string, before: string, gesture: string): Promise<boolean> {
    const way = await this.#ways.get(this.#key(path));
    if (way === undefined || way === 'unsure') return true;
    const arm = studio.active;
    const { text } = studio.arms[arm];
    const errors = (await studio.engine.check(text)).filter(({ severity }) => severity === 'error');
    // Another change came meanwhile: that is not about this value.
    if (errors.length === 0 || studio.arms[arm].text !== text) return true;
    this.#say(path, { kind: 'error', text: told(errors[0]) });
    await studio.setParameter(path, before, { from: way, arm, gesture, label: words.edited(path) });
    return false;
  }

  /** What changes the shape of the scenario, always from the start. */
  async restructure(path: string, edits: Edit[], label: string): Promise<boolean> {
    const arm = studio.active;
    const problems = await this.#wrong(arm, edits);
    this.#say(path, problems.length > 0 ? { kind: 'error', text: told(problems[0]) } : null);
    if (problems.length > 0) return false;
    return (await studio.edit(edits, label, { arm })).ok;
  }

  /** Back to what is taken where nothing is written. */
  reset(part: Outline): Promise<boolean> {
    const label = words.removed(part.path);
    if (this.from === 'start') return this.restructure(part.path, [{ do: 'remove', path: part.path }], label);
    const isSet = this.changes.some((change) => covers(change.path, part.path));
    if (studio.changeTime === 0 && !isSet) return this.restructure(part.path, [{ do: 'remove', path: part.path }], label);
    return this.set(part.path, part.default ?? 'None');
  }

  clearNote(path: string): void {
    if (this.notes[path]) this.#say(path, null);
  }

  async #work(path: string): Promise<void> {
    this.#busy.add(path);
    for (let wanted = this.#wanted.get(path); wanted; wanted = this.#wanted.get(path)) {
      this.#wanted.delete(path);
      const { value, gesture, answers } = wanted;
      const done = await this.#change(path, value, gesture);
      for (const answer of answers) answer(done);
    }
    this.#busy.delete(path);
  }

  #key(path: string): string {
    return `${studio.active} ${this.from} ${path}`;
  }

  async #way(path: string, value: string): Promise<Way> {
    const arm = studio.active;
    if (studio.arms[arm].isWrong) return 'unsure';
    const problems = await this.#wrong(arm, [this.#edit(path, value, this.from)]);
    if (problems.length === 0) return this.from;
    if (this.from === 'start' || !isStructural(problems)) return 'unsure';
    return (await this.#wrong(arm, [this.#edit(path, value, 'start')])).length === 0 ? 'start' : 'unsure';
  }

  async #change(path: string, value: string, gesture: string | undefined): Promise<boolean> {
    const arm = studio.active;
    const way = gesture === undefined ? undefined : await this.#ways.get(this.#key(path));
    if (way !== undefined && way !== 'unsure') {
      this.#say(path, way === this.from ? null : { kind: 'info', text: words.structural });
      void studio.setParameter(path, value, { from: way, arm, label: words.edited(path), gesture: gesture ?? '' });
      return true;
    }
    let from = studio.changeTime === 0 ? 'start' : this.from;
    let problems = await this.#wrong(arm, [this.#edit(path, value, from)]);
    let note: Note | null = null;
    if (from === 'now' && isStructural(problems)) {
      from = 'start';
      problems = await this.#wrong(arm, [this.#edit(path, value, from)]);
      note = { kind: 'info', text: words.structural };
    }
    if (problems.length > 0) note = { kind: 'error', text: told(problems[0]) };
    this.#say(path, note);
    if (problems.length > 0) return false;
    const rest = { from, arm, label: words.edited(path), ...(gesture === undefined ? {} : { gesture }) };
    return (await studio.setParameter(path, value, rest)).ok;
  }

  #edit(path: string, value: string, from: From): Edit {
    return from === 'now' ? { do: 'change', at: studio.changeTime, path, value } : { do: 'set', path, value };
  }

  /** What would be wrong after these edits. A text that is wrong already hides that, and is left to the editor. */
  async #wrong(arm: ArmIndex, edits: Edit[]): Promise<Problem[]> {
    const { text, isWrong } = studio.arms[arm];
    const edited = await studio.engine.edit(text, edits);
    if (!edited.ok) return edited.problems;
    if (isWrong) return [];
    const problems = await studio.engine.check(edited.value.text);
    return problems.filter(({ severity }) => severity === 'error');
  }

  #say(path: string, note: Note | null): void {
    if (!note && !this.notes[path]) return;
    const { [path]: _, ...others } = this.notes;
    this.notes = note ? { ...others, [path]: note } : others;
  }
}

function isStructural(problems: readonly Problem[]): boolean {
  return problems.some(({ code }) => code === 'changes-structure');
}

function told(problem: Problem | undefined): string {
  if (!problem) return '';
  return [problem.label ? `${problem.message}: ${problem.label}` : problem.message, problem.help].filter(Boolean).join('. ');
}

export const panel = new ParameterPanel();

/** How long a text rests before another outline of the same place is asked for, in ms: frames and further changes go first. */
const RESTS = 80;

/** An outline that follows the text and the values in force. `current` stays what it was until the next one is there. */
export class Outlined {
  current = $state.raw<Outline | null>(null);
  #asked = 0;
  #path: string | null = null;
  #isAsking = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Asks for what is to be shown now. */
  #ask: () => Promise<Outcome<Outline>> = () => Promise.resolve({ ok: false, problems: [] });

  /** To be called within an `$effect`. Where `path` is null there is nothing. */
  follow(path: string | null): void {
    const { arm } = studio;
    // A text that is wrong has an outline too, but half a word that is typed has not: the last one stays.
    const { text } = arm;
    const { come, from } = panel;
    this.#asked += 1;
    const isOther = path !== this.#path;
    this.#path = path;
    clearTimeout(this.#timer);
    if (path === null) {
      this.current = null;
      return;
    }
    this.#ask = async () => studio.engine.outline<Outline>(await panel.shownText(text, come, from), path);
    this.#timer = setTimeout(() => void this.#look(), isOther ? 0 : RESTS);
  }

  /** One question at a time: of those that come while one is looked at only the last is asked. */
  async #look(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    for (let asked = -1; asked !== this.#asked && this.#path !== null; ) {
      asked = this.#asked;
      const outcome = await this.#ask();
      if (asked === this.#asked && outcome.ok) this.current = outcome.value;
    }
    this.#isAsking = false;
  }
}

/** Names of gestures, one for each drag. */
let gestures = 0;

export function newGesture(): string {
  gestures += 1;
  return `inspector-${gestures}`;
}
