// One arm: its text, what the engine makes of it, and what it measures. Numbers live outside of reactive state.
import { FrameView, Rows } from '../engine/frame';
import type { ArmTick, Description, Layout, LogEntry, Problem } from '../engine/protocol';

export function isError(problem: Problem): boolean {
  return problem.severity === 'error';
}

/** The question a scenario asks: the first paragraph of its opening comment, without the marks of the rules it shows. */
export function questionOf({ question }: Description): string {
  const [first = ''] = question.split(/\n\s*\n/);
  return first.replace(/\s+/g, ' ').replace(/(\s+R\d+)+\s*$/, '');
}

export class ArmState {
  /** The text as it stands, right or wrong. */
  text = $state('');
  /** Of the text as it stands: errors, and warnings where there are no errors. */
  problems = $state.raw<Problem[]>([]);
  /** Of the last text that was right; it goes on running while the text is wrong. */
  description = $state.raw<Description | null>(null);
  /** Faults, scalings and changes, as they happened. */
  log = $state.raw<LogEntry[]>([]);
  /** Whether it takes part. */
  isOpen = $state(false);

  /** The latest frame. Not reactive: read it in `studio.onFrame`, or after reading `studio.pulse`. */
  frame = new FrameView();
  /** All rows. Not reactive, as above. */
  rows = new Rows();
  /** Whether the text is another scenario than the one that runs, rather than a change of it: it starts at the beginning. */
  isFresh = false;
  /** The text that the engine was given last, whether it took it or not; and the last that it took, which is what runs. */
  applied: string | null = null;
  good: string | null = null;

  /** Whether the text is wrong, so that the last good run goes on. */
  get isWrong(): boolean {
    return this.problems.some(isError);
  }

  /** Another scenario, or the same one changed. */
  describe(description: Description): void {
    this.description = description;
    this.problems = description.warnings;
    if (!isSame(description.frame, this.frame.layout)) this.frame = new FrameView(description.frame);
    if (!isSame(description.row, this.rows.layout)) this.rows = new Rows(description.row);
  }

  receive(tick: ArmTick): void {
    if (this.frame.fits(tick.frame)) this.frame.data = tick.frame;
    this.rows.accept(tick.rows, tick.firstRow, tick.rowCount);
    if (tick.log.length > 0 || tick.firstLog < this.log.length) {
      this.log = [...this.log.slice(0, tick.firstLog), ...tick.log];
    }
  }

  /** As before it was ever opened; the text is kept. */
  clear(): void {
    this.isOpen = false;
    this.description = null;
    this.problems = [];
    this.log = [];
    this.frame = new FrameView();
    this.rows = new Rows();
    this.applied = null;
    this.good = null;
    this.isFresh = false;
  }
}

function isSame(one: Layout, other: Layout): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}
