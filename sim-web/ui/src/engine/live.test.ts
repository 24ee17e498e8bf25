// The pace of the live run, with arms that need as long for an event as the test says.
import { beforeEach, expect, test } from 'vitest';
import { Live } from './live';
import { Status, type Tick } from './protocol';
import type { Arm } from './live-surface';

/** Milliseconds of real time, moved on by the work of arms and by waiting. */
let wall = 0;
let due: number | null = null;
let ticks: Tick[] = [];

const host = {
  clock: () => wall,
  wake: (after: number) => (due = wall + after),
  post: (tick: Tick) => void ticks.push(tick),
};

/** A thousand events a simulated second; one costs `cost` ms. */
class Steady implements Arm {
  events = 0;
  rows_ = 0;
  freed = false;
  constructor(
    readonly cost: number,
    readonly end = 1000,
  ) {}
  now() {
    return this.events / 1000;
  }
  advance(until: number, events: number) {
    const last = Math.min(Math.ceil(until * 1000 - 1e-9), this.events + events, this.end * 1000);
    wall += (last - this.events) * this.cost;
    this.events = Math.max(this.events, last);
    this.rows_ = Math.floor(this.now());
    return this.now() >= this.end ? Status.Reached : Status.Running;
  }
  step() {
    this.events += 1;
    return this.now();
  }
  seek(t: number) {
    this.events = Math.min(this.events, Math.floor(t) * 1000);
    this.rows_ = Math.floor(this.now());
  }
  /** A script says since when it differs. */
  amend([since = 0]: Uint8Array) {
    const goal = this.now();
    this.seek(since);
    return Float64Array.of(since, goal);
  }
  frame() {
    return Float64Array.of(this.now());
  }
  rows(from: number) {
    return Float64Array.from({ length: this.rows_ - from }, (_, index) => from + index + 1);
  }
  row_count() {
    return this.rows_;
  }
  log() {
    return [];
  }
  findings() {
    return new Uint8Array();
  }
  histogram() {
    return new Float64Array();
  }
  digest() {
    return '';
  }
  free() {
    this.freed = true;
  }
}

/** Lets real time pass. */
function pass(live: Live, ms: number): void {
  const end = wall + ms;
  while (due !== null && due <= end) {
    wall = Math.max(wall, due);
    due = null;
    live.slice();
  }
  wall = Math.max(wall, end);
}

/** Until nothing more is to be done. */
function settle(live: Live): void {
  for (let slices = 0; due !== null && slices < 100_000; slices += 1) pass(live, 16);
}

beforeEach(() => {
  wall = 0;
  due = null;
  ticks = [];
});

test('it keeps the speed that is asked for', () => {
  const live = new Live(host);
  live.open(0, new Steady(0.0001), 0);
  live.play(10);
  pass(live, 1000);
  expect(live.now).toBeGreaterThan(9.6);
  expect(live.now).toBeLessThanOrEqual(10.01);
  const last = ticks.at(-1);
  expect(last?.behind).toBe(false);
  expect(last?.reached).toBeGreaterThan(9);
  expect(ticks.length).toBeGreaterThan(50);
  expect(ticks.length).toBeLessThan(70);
});

test('a machine that cannot follow says so, and does not chase', () => {
  const live = new Live(host);
  // At 1 ms an event, a second of real time has room for half a simulated second at most.
  live.open(0, new Steady(1), 0);
  live.play(100);
  pass(live, 2000);
  expect(ticks.at(-1)?.behind).toBe(true);
  expect(ticks.at(-1)?.reached).toBeLessThan(1.1);
});

test('a tab that slept goes on from where it was', () => {
  const live = new Live(host);
  live.open(0, new Steady(0.0001), 0);
  live.play(1);
  pass(live, 500);
  const before = live.now;
  wall += 60_000;
  pass(live, 20);
  expect(live.now - before).toBeLessThan(0.25);
});

test('two arms are at the same time whenever they are shown, however much slower one is', () => {
  const live = new Live(host);
  const [fast, slow] = [new Steady(0.0001), new Steady(0.02)];
  live.open(0, fast, 0);
  live.open(1, slow, 0);
  live.play(Infinity);
  pass(live, 3000);
  live.pause();
  settle(live);
  expect(live.now).toBeGreaterThan(10);
  const apart = Math.abs(fast.now() - slow.now());
  expect(apart).toBeLessThan(1);
  live.seek(live.now);
  settle(live);
  expect(fast.now()).toBe(slow.now());
});

test('an arm that is opened later catches up', () => {
  const live = new Live(host);
  live.open(0, new Steady(0.0001), 0);
  live.seek(20);
  settle(live);
  const late = new Steady(0.0001);
  live.open(1, late, 0);
  settle(live);
  expect(late.now()).toBe(20);
  expect(ticks.at(-1)?.goal).toBeNull();
});

test('opening at a time, and seeking, tell of the goal until it is reached', () => {
  const live = new Live(host);
  live.open(0, new Steady(0.01), 100);
  pass(live, 300);
  expect(ticks.at(-1)?.goal).toBe(100);
  settle(live);
  expect(ticks.at(-1)?.goal).toBeNull();
  expect(live.now).toBe(100);
  live.seek(42.5);
  settle(live);
  expect(live.now).toBe(42.5);
});

test('a change of the past is caught up with, and its rows are told again', () => {
  const live = new Live(host);
  live.open(0, new Steady(0.0001), 30);
  settle(live);
  expect(ticks.at(-1)?.arms[0]?.rowCount).toBe(30);
  ticks = [];
  expect(live.amend(0, Uint8Array.of(10)).goal).toBe(30);
  settle(live);
  expect(live.now).toBe(30);
  const first = ticks.map((tick) => tick.arms[0]).find((arm) => arm?.rows);
  expect(first?.firstRow).toBe(10);
});

test('what a change makes of the run is told before it is answered', () => {
  const live = new Live(host);
  const arm = new Steady(0.0001);
  live.open(0, arm, 30);
  settle(live);
  ticks = [];
  live.amend(0, Uint8Array.of(25));
  expect(ticks.at(-1)?.now).toBe(30);
  // Too much to be caught up with at once: slices do it, and the page hears soon what it waits for.
  const slow = new Steady(0.1);
  live.open(0, slow, 30);
  settle(live);
  ticks = [];
  expect(live.amend(0, Uint8Array.of(25)).goal).toBe(30);
  expect(ticks).toEqual([]);
  settle(live);
  expect(ticks.at(-1)?.now).toBe(30);
});

test('one event, and one second', () => {
  const live = new Live(host);
  live.open(0, new Steady(0.0001), 0);
  const other = new Steady(0.0001);
  live.open(1, other, 0);
  live.step(1, 0);
  settle(live);
  expect(live.now).toBe(0.001);
  expect(other.now()).toBe(0.001);
  live.step(0, 1);
  settle(live);
  expect(live.now).toBe(1.001);
  expect(ticks.at(-1)?.playing).toBe(false);
});

test('at the end it pauses, and plays again from the start', () => {
  const live = new Live(host);
  live.open(0, new Steady(0.0001, 5), 0);
  live.play(Infinity);
  settle(live);
  expect(live.now).toBe(5);
  expect(ticks.at(-1)?.playing).toBe(false);
  live.play(1);
  pass(live, 1000);
  expect(live.now).toBeGreaterThan(0.9);
  expect(live.now).toBeLessThan(1.1);
});

test('an arm gives its memory back when another takes its place', () => {
  const live = new Live(host);
  const first = new Steady(0.0001);
  live.open(0, first, 0);
  live.open(0, new Steady(0.0001), 0);
  expect(first.freed).toBe(true);
});
