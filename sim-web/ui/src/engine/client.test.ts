// Recovery when the engine breaks, with workers that break when the test says so.
import { beforeEach, expect, test, vi } from 'vitest';
import { Engine, type Restart } from './client';
import type { ToWorker } from './link';
import type { Request, Tick } from './protocol';

vi.mock('./module', () => ({ compiledEngine: () => Promise.resolve({} as WebAssembly.Module) }));

class FakeWorker {
  static all: FakeWorker[] = [];
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onerror: ((event: unknown) => void) | null = null;
  asked: Request[] = [];
  isTerminated = false;

  constructor() {
    FakeWorker.all.push(this);
  }

  postMessage(message: ToWorker): void {
    if ('module' in message) return;
    this.asked.push(message.request);
    const { id, request } = message;
    if (request.do === 'check') return;
    queueMicrotask(() => this.say({ id, outcome: { ok: true, value: {} }, trap: null }));
  }

  terminate(): void {
    this.isTerminated = true;
  }

  say(data: unknown): void {
    if (!this.isTerminated) this.onmessage?.({ data });
  }

  tick(now: number): void {
    const tick: Tick = { tick: true, arms: [], now, playing: true, behind: false, reached: 1, goal: null };
    this.say(tick);
  }

  trap(message = 'index out of bounds'): void {
    this.say({ id: 0, outcome: null, trap: message });
  }
}

let restarts: Restart[] = [];
let engine: Engine;
const last = () => FakeWorker.all.at(-1) as FakeWorker;

beforeEach(() => {
  FakeWorker.all = [];
  restarts = [];
  vi.stubGlobal('Worker', FakeWorker);
  engine = new Engine({ onTick: () => undefined, onRestart: (restart) => void restarts.push(restart) });
});

test('after a trap the same texts are open at the same time, and play as before', async () => {
  await engine.open(0, 'a');
  await engine.open(1, 'b');
  await engine.play(10);
  last().tick(12.5);
  last().trap('attempt to divide by zero');
  expect(FakeWorker.all[0]?.isTerminated).toBe(true);
  expect(restarts).toEqual([{ message: 'attempt to divide by zero', at: 12.5, gaveUp: false }]);
  expect(last().asked).toEqual([
    { do: 'open', arm: 0, text: 'a', at: 12.5 },
    { do: 'open', arm: 1, text: 'b', at: 12.5 },
    { do: 'play', speed: 10 },
  ]);
});

test('twice at the same place: it stays stopped, until the text is changed', async () => {
  await engine.open(0, 'a');
  await engine.play(10);
  last().tick(12.5);
  last().trap();
  last().tick(12.6);
  last().trap();
  expect(restarts.map(({ gaveUp }) => gaveUp)).toEqual([false, true]);
  expect(FakeWorker.all.length).toBe(2);
  await engine.amend(0, 'a, mended');
  expect(last().asked).toEqual([{ do: 'open', arm: 0, text: 'a, mended', at: 12.6 }]);
});

test('a run that broke twice is opened again at another time', async () => {
  await engine.open(0, 'a');
  last().tick(12.5);
  last().trap();
  last().trap();
  await engine.seek(5);
  expect(last().asked).toEqual([
    { do: 'open', arm: 0, text: 'a', at: 5 },
    { do: 'seek', to: 5 },
  ]);
});

test('twice while it catches up to where it broke is the same place as well', async () => {
  await engine.open(0, 'a');
  last().tick(12.5);
  last().trap();
  last().tick(3);
  last().trap();
  expect(restarts.map(({ gaveUp }) => gaveUp)).toEqual([false, true]);
});

test('a trap much later is another one', async () => {
  await engine.open(0, 'a');
  last().tick(12.5);
  last().trap();
  last().tick(60);
  last().trap();
  expect(restarts.map(({ gaveUp }) => gaveUp)).toEqual([false, false]);
});

test('whoever waits for an answer of a worker that breaks is told', async () => {
  const problems = engine.check('deep');
  last().trap('stack overflow');
  expect((await problems).map(({ message }) => message)).toEqual(['stack overflow']);
  // The next question goes to another worker.
  await engine.format('a');
  expect(FakeWorker.all.length).toBe(2);
});

test('runs of the pool can be cancelled', async () => {
  const controller = new AbortController();
  const jobs = Array.from({ length: 5 }, (_, index) => ({ text: `run ${index}` }));
  const all = engine.pool.runAll(jobs, { signal: controller.signal });
  controller.abort();
  await expect(all).rejects.toThrow('cancelled');
  expect(FakeWorker.all.every((worker) => worker.isTerminated)).toBe(true);
});

test('runs of the pool are in the order given, and tell how far they are', async () => {
  const done: number[] = [];
  const jobs = [{ text: 'one' }, { text: 'two', seed: '5' }];
  const outcomes = await engine.pool.runAll(jobs, { onProgress: (count) => void done.push(count) });
  expect(outcomes.length).toBe(2);
  expect(done).toEqual([1, 2]);
  const asked = FakeWorker.all.flatMap((worker) => worker.asked);
  expect(asked).toContainEqual({ do: 'run', text: 'two', seed: '5', edits: [] });
});
