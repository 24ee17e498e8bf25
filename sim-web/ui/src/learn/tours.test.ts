// Each tour is played to its end by what its "show me" does, on the real engine: every step was not done before, and is after.
import { beforeAll, describe, expect, test } from 'vitest';
import { edit } from '../../../pkg/sim_web.js';
import { FrameView, Rows } from '../engine/frame';
import type { Arm } from '../engine/live-surface';
import { entriesOf } from '../engine/live';
import type { Edit } from '../engine/protocol';
import { armOf, describe as descriptionOf, scriptOf, startEngine } from '../engine/testing';
import { language } from '../language';
import { has, type Actor, type ArmLook, type Look } from './look';
import { tours } from './tours';

beforeAll(startEngine);

/** One arm as the page has it, without the page. */
class Played {
  readonly engine: Arm;
  text: string;

  constructor(text: string) {
    this.text = text;
    this.engine = armOf(text);
  }

  change(edits: Edit[]): void {
    const outcome = JSON.parse(edit(this.text, JSON.stringify(edits))) as { ok: boolean; value: { text: string } };
    expect(outcome.ok, JSON.stringify(outcome)).toBe(true);
    this.text = outcome.value.text;
    const [, goal = 0] = this.engine.amend(scriptOf(this.text));
    this.advance(goal);
  }

  advance(until: number): void {
    while (this.engine.now() < until - 1e-9) this.engine.advance(until, 1_000_000);
  }

  look(): ArmLook {
    const description = descriptionOf(this.text, this.engine.now());
    const frame = new FrameView(description.frame, this.engine.frame(1));
    const rows = new Rows(description.row);
    rows.accept(this.engine.rows(0), 0, this.engine.row_count());
    return { text: this.text, description, frame, rows, log: entriesOf(this.engine.log(0)) };
  }
}

class Reader implements Actor {
  readonly arms: [Played, Played | null];
  selected: string | null = null;
  since = 0;

  constructor(text: string) {
    this.arms = [new Played(text), null];
  }

  get time(): number {
    return this.arms[0].engine.now();
  }

  look(): Look {
    const [a, b] = this.arms;
    return { a: a.look(), b: b?.look() ?? null, time: this.time, since: this.since, selected: this.selected };
  }

  pass(seconds: number): void {
    const until = this.time + seconds;
    for (const arm of this.arms) arm?.advance(until);
  }

  select(node: string): void {
    this.selected = node;
  }

  async set(path: string, value: string, arm: 0 | 1 = 0): Promise<void> {
    this.arms[arm]?.change([{ do: 'change', at: this.time, path, value }]);
  }

  async strike(fault: string): Promise<void> {
    this.arms[0].change([{ do: 'fault', at: this.time, fault }]);
  }

  async openB(): Promise<void> {
    this.arms[1] = new Played(this.arms[0].text);
    this.arms[1].advance(this.time);
  }

  play(): void {}
}

/** What a reader waits for at most after "show me": a minute at ten times the speed is long, and most are far quicker. */
const PATIENCE = 300;

describe.each(tours)('$id', (tour) => {
  test('every step comes true by what is shown, and not before', { timeout: 120_000 }, async () => {
    const reader = new Reader(tour.text);
    expect(has(reader.look().a, tour.nodes)).toBe(true);
    const took: string[] = [];
    for (const step of tour.steps) {
      // A reader reads first, and a step that waits for nothing but time must not come true by that.
      reader.pass(2);
      reader.since = reader.time;
      expect(step.isDone(reader.look()), `${step.id} before`).toBe(false);
      await step.show(reader);
      while (!step.isDone(reader.look()) && reader.time < reader.since + PATIENCE) reader.pass(0.5);
      expect(step.isDone(reader.look()), `${step.id} after`).toBe(true);
      took.push(`${step.id} ${(reader.time - reader.since).toFixed(1)} s`);
      for (const code of ['en', 'es'] as const) {
        language.current = code;
        for (const text of [step.title(), step.ask(), step.why(reader.look())]) {
          expect(text).not.toMatch(/NaN|undefined|–|∞/);
          expect(text.length).toBeGreaterThan(5);
        }
      }
      language.current = 'en';
      took.push(step.why(reader.look()));
    }
    if (process.env['TOURS']) console.log(took.join('\n'));
  });

  test('nothing comes true by waiting alone at the start', () => {
    const reader = new Reader(tour.text);
    reader.pass(tour.id === 'stampede' ? 9 : 60);
    expect(tour.steps[0]?.isDone(reader.look())).toBe(false);
  });
});
