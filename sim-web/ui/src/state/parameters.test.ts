// Sliders: how many lines and how many changes they make. The text of these tests is the list of the changes made.
import { beforeEach, expect, test, vi } from 'vitest';
import type { Edit, Outcome } from '../engine/protocol';
import { Parameters } from './parameters';
import type { EditOptions, Studio } from './studio.svelte';

let arm = { text: '', isWrong: false };
let time = 0;
let said: string[] = [];
/** Paths that cannot change in the middle of a run. */
let cold: string[] = [];

function line(edit: Edit): string {
  if (edit.do === 'set') return `${edit.path}=${edit.value};`;
  if (edit.do === 'change') return `@${edit.at} ${edit.path}=${edit.value};`;
  throw new Error(edit.do);
}

const studio = {
  active: 0,
  get arms() {
    return [arm];
  },
  get changeTime() {
    return time;
  },
  notices: { say: (_kind: string, text: string) => void said.push(text) },
  editFrom(base: string | null, edits: Edit[], _label: string, _options: EditOptions): Promise<Outcome<string>> {
    const isRefused = edits.some((edit) => edit.do === 'change' && cold.includes(edit.path));
    if (isRefused) return Promise.resolve({ ok: false, problems: [] });
    arm.text = (base ?? arm.text) + edits.map(line).join('');
    return Promise.resolve({ ok: true, value: arm.text });
  },
  edit(edits: Edit[], label: string, options: EditOptions) {
    return studio.editFrom(null, edits, label, options);
  },
};

let parameters: Parameters;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  arm = { text: '', isWrong: false };
  [time, said, cold] = [10, [], []];
  parameters = new Parameters(studio as unknown as Studio);
});

test('while the time stands, a drag leaves one line', async () => {
  for (const value of ['1', '2', '3', '4']) {
    const made = parameters.set('rate', value, { from: 'now', gesture: 'drag' });
    await vi.advanceTimersByTimeAsync(200);
    await made;
  }
  expect(arm.text).toBe('@10 rate=4;');
});

test('what has happened since a line was made keeps it', async () => {
  for (const value of ['1', '2']) {
    const made = parameters.set('rate', value, { from: 'now', gesture: 'drag' });
    await vi.advanceTimersByTimeAsync(200);
    await made;
    time += 1;
  }
  expect(arm.text).toBe('@10 rate=1;@11 rate=2;');
});

test('at most eight changes a second, the last always', async () => {
  const all = [];
  for (let value = 1; value <= 60; value += 1) {
    time += 1 / 60;
    all.push(parameters.set('rate', String(value), { from: 'now', gesture: 'drag' }));
    await vi.advanceTimersByTimeAsync(1000 / 60);
  }
  await vi.advanceTimersByTimeAsync(500);
  await Promise.all(all);
  const lines = arm.text.split(';').slice(0, -1);
  expect(lines.length).toBeGreaterThan(5);
  expect(lines.length).toBeLessThanOrEqual(9);
  expect(lines.at(-1)).toContain('rate=60');
});

test('another drag has another line, and another parameter as well', async () => {
  await parameters.set('rate', '1', { from: 'now' });
  arm.text += 'typed;';
  await parameters.set('rate', '2', { from: 'now' });
  await parameters.set('timeout', '3', { from: 'now' });
  expect(arm.text).toBe('@10 rate=1;typed;@10 rate=2;@10 timeout=3;');
});

test('before the run has begun the text says it plainly', async () => {
  time = 0;
  await parameters.set('rate', '1', { from: 'now' });
  await parameters.set('rate', '2', { from: 'start' });
  expect(arm.text).toBe('rate=1;rate=2;');
});

test('what cannot change in a run is changed from the start, and that is said', async () => {
  cold = ['instances'];
  const outcome = await parameters.set('instances', '5', { from: 'now' });
  expect(outcome.ok).toBe(true);
  expect(arm.text).toBe('instances=5;');
  expect(said.length).toBe(1);
});
