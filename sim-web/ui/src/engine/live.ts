// The live run: one or two arms, stepped in slices of time to the same simulated time. It knows no worker, so that it can be tested.
import type { Arm } from './live-surface';
import { Status, type ArmTick, type LogEntry, type Tick } from './protocol';

/** Where the live run runs: a worker, or a test. */
export interface Host {
  /** Milliseconds. */
  clock(): number;
  /** Calls {@link Live.slice} after so many milliseconds; 0 for as soon as messages were looked at. */
  wake(after: number): void;
  post(tick: Tick, transfer: ArrayBuffer[]): void;
}

interface Slot {
  arm: Arm;
  now: number;
  status: Status;
  sentRows: number;
  sentLog: number;
  /** How many numbers the frame had that was sent last. */
  sentLength: number;
}

/** From one slice to the next, in ms of real time. */
const SLICE = 16;
/** How long a slice may take, when it keeps a speed and when it goes as fast as it can. */
const BUDGET = 8;
const FLAT_OUT_BUDGET = 12;
/** As much of a change's catching up is done at once, before anything else is asked of the engine. */
const AT_ONCE_BUDGET = 40;
/** Between two looks at the clock. */
const CHUNK_OF_EVENTS = 4096;
/** A tab that slept for longer goes on from where it was, instead of chasing the time it missed. */
const LONGEST_JUMP = 100;
/** Frames on the way to a goal are shown this seldom, in ms: the eye wants the goal. */
const TICK_ON_THE_WAY = 100;
/** Over which `reached` and `behind` are told, in ms. */
const MEASURED_OVER = 250;
/** The engine counts nanoseconds: a time that is nearer than this is the same time. */
const SAME_TIME = 2e-9;
/** The farthest that one call may advance, in simulated seconds. */
const HORIZON = 3600;

export class Live {
  readonly #host: Host;
  readonly #slots: (Slot | null)[] = [null, null];
  #playing = false;
  #speed = 1;
  #goal: number | null = null;
  /** Where the run should be by the clock. */
  #playhead = 0;
  #slicedAt = 0;
  #tickedAt = -Infinity;
  #goalSince = 0;
  #isDirty = false;
  #isAwake = false;
  /** With two arms: the time that both go to next, and how far such steps are. */
  #meeting: number | null = null;
  #stride = 0.05;
  #reached = 0;
  #behind = false;
  #measure = { wall: 0, now: 0, slices: 0, late: 0 };

  constructor(host: Host) {
    this.#host = host;
  }

  /** The time that all arms have reached; arms that have ended do not hold the others back. */
  get now(): number {
    const open = this.#open();
    const running = open.filter((slot) => slot.status === Status.Running);
    if (running.length > 0) return Math.min(...running.map((slot) => slot.now));
    return Math.max(0, ...open.map((slot) => slot.now));
  }

  arm(index: number): Arm | null {
    return this.#slots[index]?.arm ?? null;
  }

  // What is asked of it.

  open(index: number, arm: Arm, at: number): void {
    this.#slots[index]?.arm.free();
    this.#slots[index] = null;
    const others = this.#open().length > 0 ? this.now : 0;
    this.#slots[index] = { arm, now: arm.now(), status: Status.Running, sentRows: 0, sentLog: 0, sentLength: 0 };
    const goal = Math.max(at, others);
    if (goal > 0) this.#setGoal(Math.max(goal, this.#goal ?? 0));
    this.#changed();
  }

  /** Another script: since when the run differs, if it does, and the time it catches up to. */
  amend(index: number, script: Uint8Array): { since: number | null; goal: number } {
    const slot = this.#slots[index];
    if (!slot) throw new Error(`arm ${index} is not open`);
    const [since = 0, stood = 0] = slot.arm.amend(script);
    this.#wentBack(slot);
    const goal = Math.max(stood, this.#goal ?? 0);
    if (goal > this.now) this.#setGoal(goal);
    this.#changed();
    // Where the numbers mean what they meant, they are shown before anybody has told what they are of.
    if (since > 0 && since < Infinity && this.#looksAsBefore(slot)) this.#showAtOnce();
    return { since: since < Infinity ? since : null, goal: this.#goal ?? this.now };
  }

  close(index: number): void {
    this.#slots[index]?.arm.free();
    this.#slots[index] = null;
    this.#meeting = null;
    this.#changed();
  }

  play(speed: number): void {
    if (this.#hasEnded() && this.#goal === null) this.seek(0);
    this.#speed = speed;
    this.#playing = true;
    this.#measureAnew();
    this.#changed();
  }

  pause(): void {
    this.#playing = false;
    this.#behind = false;
    this.#changed();
  }

  step(events: number, seconds: number): void {
    this.#playing = false;
    this.#behind = false;
    if (seconds > 0) this.#setGoal((this.#goal ?? this.now) + seconds);
    // While the run is catching up it does not stand at the time that is shown, so there is no next event to show.
    else if (events > 0 && this.#goal === null) this.#stepEvents(events);
    this.#changed();
  }

  seek(to: number): void {
    for (const slot of this.#open()) {
      slot.arm.seek(to);
      this.#wentBack(slot);
    }
    this.#setGoal(to);
    this.#changed();
  }

  // Slices.

  /** Advances for some milliseconds, tells of it, and asks to be called again while there is more to do. */
  slice(): void {
    this.#isAwake = false;
    const { clock } = this.#host;
    const begun = clock();
    const elapsed = Math.min(begun - this.#slicedAt, LONGEST_JUMP) / 1000;
    this.#slicedAt = begun;
    if (this.#goal !== null) this.#towardGoal(begun + FLAT_OUT_BUDGET);
    else if (this.#playing) this.#playOn(begun, elapsed);
    if (this.#playing && this.#goal === null && this.#hasEnded()) this.pause();
    this.#tickIfDue();
    if (this.#playing || this.#goal !== null) {
      const isFlatOut = this.#goal !== null || this.#speed === Infinity;
      this.#wake(isFlatOut ? 0 : Math.max(1, SLICE - (clock() - begun)));
    } else if (this.#isDirty) {
      this.#wake(SLICE);
    }
  }

  #towardGoal(deadline: number): void {
    const goal = this.#goal as number;
    this.#isDirty = true;
    if (!this.#level(goal, deadline)) return;
    this.#goal = null;
    this.#playhead = this.now;
    this.#measureAnew();
  }

  /** Tells what a change has made of the run, if that is soon known; else slices go on with it. */
  #showAtOnce(): void {
    if (this.#goal !== null) this.#towardGoal(this.#host.clock() + AT_ONCE_BUDGET);
    if (this.#goal === null) this.#tick();
  }

  #playOn(begun: number, elapsed: number): void {
    const isFlatOut = this.#speed === Infinity;
    const target = isFlatOut ? Infinity : this.#playhead + elapsed * this.#speed;
    const isThere = this.#level(target, begun + (isFlatOut ? FLAT_OUT_BUDGET : BUDGET));
    // The lag is told, and not made up for.
    this.#playhead = isThere && !isFlatOut ? target : this.now;
    this.#isDirty = true;
    this.#measureSlice(isThere || isFlatOut);
  }

  /** Brings all arms to `target`, together; false if the deadline came first. */
  #level(target: number, deadline: number): boolean {
    for (;;) {
      const open = this.#open();
      if (this.#hasEnded()) return true;
      const meeting = this.#nextMeeting(open, target);
      const begun = this.#host.clock();
      for (const slot of open) {
        if (!this.#bring(slot, meeting, deadline)) return false;
      }
      this.#meeting = null;
      this.#adaptStride(this.#host.clock() - begun);
      if (!isBefore(meeting, target)) return true;
      if (this.#host.clock() >= deadline) return false;
    }
  }

  /** One arm goes straight to the target. Two go in strides that both finish, so that neither runs ahead. */
  #nextMeeting(open: Slot[], target: number): number {
    const ahead = Math.max(...open.map((slot) => slot.now));
    if (open.length === 1) return Math.min(target, ahead + HORIZON);
    const isUneven = open.some((slot) => isBefore(slot.now, ahead) && slot.status === Status.Running);
    this.#meeting = Math.max(ahead, this.#meeting ?? Math.min(target, isUneven ? ahead : ahead + this.#stride));
    return this.#meeting;
  }

  #adaptStride(took: number): void {
    if (took < 2) this.#stride = Math.min(this.#stride * 2, HORIZON);
    else if (took > 6) this.#stride = Math.max(this.#stride / 2, 1e-3);
  }

  #bring(slot: Slot, until: number, deadline: number): boolean {
    while (slot.status === Status.Running && isBefore(slot.now, until)) {
      slot.status = slot.arm.advance(until, CHUNK_OF_EVENTS);
      slot.now = slot.arm.now();
      if (isBefore(slot.now, until) && this.#host.clock() >= deadline) return slot.status !== Status.Running;
    }
    return true;
  }

  #stepEvents(events: number): void {
    const [first, ...others] = this.#open();
    if (!first) return;
    for (let left = events; left > 0; left -= 1) first.now = first.arm.step();
    this.#playhead = first.now;
    if (others.length > 0) this.#setGoal(first.now);
  }

  // Ticks.

  #tickIfDue(): void {
    if (!this.#isDirty) return;
    const clock = this.#host.clock();
    const isOnTheWay = this.#goal !== null;
    const since = isOnTheWay ? Math.max(this.#tickedAt, this.#goalSince) : this.#tickedAt;
    if (clock - since >= (isOnTheWay ? TICK_ON_THE_WAY : SLICE - 1)) this.#tick();
  }

  #tick(): void {
    this.#tickedAt = this.#host.clock();
    this.#isDirty = false;
    const transfer: ArrayBuffer[] = [];
    const arms = this.#slots.map((slot) => slot && this.#armTick(slot, transfer));
    const { now } = this;
    const [playing, behind, reached, goal] = [this.#playing, this.#behind, this.#reached, this.#goal];
    this.#host.post({ tick: true, arms, now, playing, behind, reached, goal }, transfer);
  }

  #armTick(slot: Slot, transfer: ArrayBuffer[]): ArmTick {
    const frame = slot.arm.frame(this.#window());
    slot.sentLength = frame.length;
    transfer.push(frame.buffer as ArrayBuffer);
    const rowCount = slot.arm.row_count();
    const firstRow = slot.sentRows;
    const rows = rowCount > firstRow ? slot.arm.rows(firstRow) : null;
    if (rows) transfer.push(rows.buffer as ArrayBuffer);
    slot.sentRows = rowCount;
    const firstLog = slot.sentLog;
    const log = entriesOf(slot.arm.log(firstLog));
    slot.sentLog += log.length;
    return { frame, rows, firstRow, rowCount, log, firstLog };
  }

  /** Whether frames of an arm are read as those that were sent: changes of later times may add places for instances. */
  #looksAsBefore(slot: Slot): boolean {
    return slot.arm.frame(1).length === slot.sentLength;
  }

  /** The span that rates are told of: a second, or what passes in a tenth of a second of real time. */
  #window(): number {
    if (!this.#playing || this.#goal !== null) return 1;
    const speed = this.#speed === Infinity ? this.#reached : this.#speed;
    return Math.min(30, Math.max(1, speed / 10));
  }

  #measureAnew(): void {
    this.#measure = { wall: this.#host.clock(), now: this.now, slices: 0, late: 0 };
  }

  #measureSlice(isOnTime: boolean): void {
    const measure = this.#measure;
    measure.slices += 1;
    if (!isOnTime) measure.late += 1;
    const wall = this.#host.clock() - measure.wall;
    if (wall < MEASURED_OVER) return;
    this.#reached = ((this.now - measure.now) / wall) * 1000;
    this.#behind = measure.late * 2 > measure.slices;
    this.#measureAnew();
  }

  // Small things.

  #open(): Slot[] {
    return this.#slots.filter((slot) => slot !== null);
  }

  #hasEnded(): boolean {
    return this.#open().every((slot) => slot.status !== Status.Running);
  }

  #setGoal(goal: number): void {
    this.#goal = goal;
    this.#goalSince = this.#host.clock();
    this.#meeting = null;
  }

  /** After the past of an arm was changed: what was told of later times is told again. */
  #wentBack(slot: Slot): void {
    slot.status = Status.Running;
    slot.now = slot.arm.now();
    slot.sentRows = Math.min(slot.sentRows, slot.arm.row_count());
    slot.sentLog = 0;
    this.#meeting = null;
  }

  #changed(): void {
    this.#isDirty = true;
    this.#slicedAt = this.#isAwake ? this.#slicedAt : this.#host.clock();
    this.#playhead = Math.max(this.now, this.#goal === null && this.#playing ? this.#playhead : 0);
    this.#wake(0);
  }

  #wake(after: number): void {
    if (this.#isAwake) return;
    this.#isAwake = true;
    this.#host.wake(after);
  }
}

/** The entries of a log, of which each comes as six values. */
export function entriesOf(values: unknown[]): LogEntry[] {
  const entries: LogEntry[] = [];
  for (let start = 0; start + 5 < values.length; start += 6) {
    const [at, node, what, from, to, detail] = values.slice(start, start + 6);
    entries.push({ at, node, what, from, to, detail } as LogEntry);
  }
  return entries;
}

function isBefore(one: number, other: number): boolean {
  return one < other - SAME_TIME;
}
