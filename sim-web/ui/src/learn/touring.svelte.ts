// A tour that goes on: which step it is at, what is done, and how the page does things for the reader.
import { studio, type ArmIndex } from '../state/studio.svelte';
import { view } from '../shell/view.svelte';
import { has, type Actor, type ArmLook, type Look } from './look';
import { openInstead } from './opening';
import type { Step, Tour } from './tours/tour';

/** What the reader is doing is looked at this often, in ms. */
const EVERY = 250;

export class Touring {
  readonly tour: Tour;
  /** The step that is shown; the last one, after all steps, is free play. */
  shown = $state(0);
  /** Of each step that is done, when it began: its explanation is about this span. */
  done = $state.raw<readonly number[]>([]);
  /** Whether the page has done it for the reader, and it only has to show. */
  isShowing = $state(false);
  /** Whether the scenario of the tour is open. */
  isThere = $state(true);
  isOpening = $state(true);
  #since = 0;

  constructor(tour: Tour) {
    this.tour = tour;
  }

  /** The first step that is not done. */
  get current(): number {
    return this.done.length;
  }

  get step(): Step | null {
    return this.tour.steps[this.shown] ?? null;
  }

  async start(): Promise<void> {
    this.isOpening = true;
    this.shown = 0;
    this.done = [];
    this.isShowing = false;
    this.#since = 0;
    view.hint = false;
    view.table = false;
    studio.speed = this.tour.speed;
    await openInstead(this.tour.text, this.tour.name);
    this.isThere = true;
    this.isOpening = false;
  }

  /** Looks until the result is called. */
  follow(): () => void {
    const timer = setInterval(() => this.#look(), EVERY);
    return () => clearInterval(timer);
  }

  async show(): Promise<void> {
    const { step } = this;
    if (!step || this.shown !== this.current) return;
    this.isShowing = true;
    // Nothing shows while time stands still.
    await studio.play();
    await step.show(actor);
  }

  go(step: number): void {
    this.shown = Math.min(this.tour.steps.length, Math.max(0, step));
  }

  /** Why a step that is done is as it is. */
  why(index: number): string {
    const look = this.#lookAt(this.done[index] ?? 0);
    return look ? (this.tour.steps[index]?.why(look) ?? '') : '';
  }

  #look(): void {
    if (this.isOpening) return;
    const look = this.#lookAt(Math.min(this.#since, studio.time));
    this.isThere = look !== null && has(look.a, this.tour.nodes);
    const step = this.tour.steps[this.current];
    if (!look || !this.isThere || !step || !step.isDone(look)) return;
    this.done = [...this.done, look.since];
    this.isShowing = false;
    this.#since = look.time;
  }

  #lookAt(since: number): Look | null {
    const [a, b] = studio.arms.map(lookOf);
    if (!a) return null;
    const { selection } = studio;
    const selected = selection && 'node' in selection ? selection.node : null;
    return { a, b: b ?? null, time: studio.time, since, selected };
  }
}

function lookOf({ isOpen, text, description, frame, rows, log }: (typeof studio.arms)[ArmIndex]): ArmLook | null {
  return isOpen && description && frame.isThere ? { text, description, frame, rows, log } : null;
}

const actor: Actor = {
  select: (node) => (studio.selection = { node }),
  set: (path, value, arm = 0) => studio.setParameter(path, value, { from: 'now', arm }),
  strike: (fault) => studio.strike(fault, { arm: 0 }),
  openB: async () => {
    view.compare = true;
    await studio.openB();
  },
  play: (speed) => {
    studio.speed = speed;
    return studio.play();
  },
};
