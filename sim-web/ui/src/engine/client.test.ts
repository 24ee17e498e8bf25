// Recovery when the engine breaks, with workers that break when the test says so.
import { beforeEach, expect, test, vi } from 'vitest';
import { Engine, type Restart } from './client';
import type { ToWorker } from './link';
import type { Outcome, Request, Tick } from './protocol';

vi.mock('./module', () => ({ compiledEngine: () => Promise.resolve([]) }));
vi.mock('virtual:opening', () => ({ text: 'known', script: btoa('known'), description: { name: 'known' } }));

class FakeWorker {
  static all: FakeWorker[] = [];
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onerror: ((event: unknown) => void) | null = null;
  asked: Request[] = [];
  isTerminated = false;
  readonly name: string;

  constructor(_url: URL, { name }: { name: string }) {
    this.name = name;
    FakeWorker.all.push(this);
  }

  postMessage(message: ToWorker): void {
    if ('modules' in message) return;
    this.asked.push(message.request);
    const { id, request } = message;
    if (request.do === 'check') return;
    queueMicrotask(() => this.say({ id, outcome: outcomeOf(request), trap: null }));
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

function outcomeOf(request: Request): Outcome<unknown> {
  if (request.do === 'amend') return { ok: true, value: { since: null, goal: 0 } };
  if (request.do !== 'compile') return { ok: true, value: {} };
  const { text } = request;
  if (text === 'wrong') return { ok: false, problems: [] };
  return { ok: true, value: { text, script: scriptOf(text), description: { name: text } } };
}

const scriptOf = (text: string) => new TextEncoder().encode(text);

let restarts: Restart[] = [];
let engine: Engine;
const all = (name: string) => FakeWorker.all.filter((worker) => worker.name === name);
const last = (name = 'live') => all(name).at(-1) as FakeWorker;

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
  expect(all('live')[0]?.isTerminated).toBe(true);
  expect(restarts).toEqual([{ message: 'attempt to divide by zero', at: 12.5, gaveUp: false }]);
  expect(last().asked).toEqual([
    { do: 'open', arm: 0, script: scriptOf('a'), at: 12.5 },
    { do: 'open', arm: 1, script: scriptOf('b'), at: 12.5 },
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
  expect(all('live').length).toBe(2);
  await engine.amend(0, 'a, mended');
  expect(last().asked).toEqual([{ do: 'open', arm: 0, script: scriptOf('a, mended'), at: 12.6 }]);
});

test('a run that broke twice is opened again at another time', async () => {
  await engine.open(0, 'a');
  last().tick(12.5);
  last().trap();
  last().trap();
  await engine.seek(5);
  expect(last().asked).toEqual([
    { do: 'open', arm: 0, script: scriptOf('a'), at: 5 },
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
  last('tools').trap('stack overflow');
  expect((await problems).map(({ message }) => message)).toEqual(['stack overflow']);
  // The next question goes to another worker.
  await engine.format('a');
  expect(all('tools').length).toBe(2);
});

test('what the page opens with runs before what reads texts is there', async () => {
  const opened = await engine.open(0, 'known');
  expect(opened).toEqual({ ok: true, value: { name: 'known' } });
  expect(all('tools')).toEqual([]);
  expect(last().asked).toEqual([{ do: 'open', arm: 0, script: scriptOf('known'), at: 0 }]);
});

test('what is asked goes to the run in order, though texts take their time', async () => {
  await engine.open(0, 'known');
  void engine.open(1, 'b');
  void engine.amend(0, 'a');
  void engine.close(1);
  await engine.pause();
  expect(last().asked.map((request) => request.do)).toEqual(['open', 'open', 'amend', 'close', 'pause']);
  last().trap();
  expect(last().asked).toEqual([{ do: 'open', arm: 0, script: scriptOf('a'), at: 0 }]);
});

test('a text with a mistake never comes to the run', async () => {
  await engine.open(0, 'a');
  expect((await engine.amend(0, 'wrong')).ok).toBe(false);
  expect((await engine.open(1, 'wrong')).ok).toBe(false);
  expect(last().asked.map((request) => request.do)).toEqual(['open']);
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
  const jobs = [{ text: 'one' }, { text: 'two', seed: '5', metrics: ['p99(users)'] }];
  const outcomes = await engine.pool.runAll(jobs, { onProgress: (count) => void done.push(count) });
  expect(outcomes.length).toBe(2);
  expect(done).toEqual([1, 2]);
  const asked = FakeWorker.all.flatMap((worker) => worker.asked);
  expect(asked).toContainEqual({ do: 'measure', text: 'two', seed: '5', edits: [], metrics: ['p99(users)'] });
});
