// Edits that the run itself takes or refuses. The engine of these tests answers when it is told to.
import { beforeEach, expect, test } from 'vitest';
import type { Amended, Engine } from '../engine/client';
import type { Description, Edit, Outcome } from '../engine/protocol';
import { Applying } from './applying';
import type { ArmState } from './arm.svelte';

const description = { warnings: [] } as unknown as Description;
const EDITS: Edit[] = [{ do: 'set', path: 'b', value: '2' }];

let asked: { text: string; answer: (outcome: Outcome<Amended>) => void }[];
let arm: ArmState;
let applying: Applying;

const engine = {
  amend: (_arm: number, text: string) => new Promise<Outcome<Amended>>((answer) => asked.push({ text, answer })),
} as unknown as Engine;

function taken(text: string): Outcome<Amended> {
  return { ok: true, value: { text, description, since: 1, goal: 1 } };
}

const turn = () => new Promise((resolve) => setTimeout(resolve));

beforeEach(() => {
  asked = [];
  const plain = { text: 'a', good: 'a', applied: 'a', isOpen: true, isFresh: false, description, describe: () => undefined };
  arm = plain as unknown as ArmState;
  applying = new Applying(engine, [arm], () => undefined);
});

test('what the run takes is the text', async () => {
  const edit = applying.edit(0, null, EDITS);
  asked[0]?.answer(taken('a b'));
  expect(await edit).toEqual({ ok: true, value: 'a b' });
  expect([arm.text, arm.good]).toEqual(['a b', 'a b']);
});

test('what it refuses changes nothing', async () => {
  const edit = applying.edit(0, null, EDITS);
  asked[0]?.answer({ ok: false, problems: [] });
  expect(await edit).toEqual({ ok: false, problems: [] });
  expect([arm.text, arm.good]).toEqual(['a', 'a']);
});

test('a text typed meanwhile stays, and runs in the end', async () => {
  const edit = applying.edit(0, null, EDITS);
  arm.text = 'typed';
  void applying.now(0);
  asked[0]?.answer(taken('a b'));
  expect(await edit).toBe(null);
  expect(arm.text).toBe('typed');
  await turn();
  expect(asked[1]?.text).toBe('typed');
  asked[1]?.answer(taken('typed'));
  await turn();
  expect(arm.good).toBe('typed');
});

test('an edit waits for what is being applied', async () => {
  arm.text = 'undone';
  void applying.now(0);
  const edit = applying.edit(0, null, EDITS);
  await turn();
  expect(asked.map(({ text }) => text)).toEqual(['undone']);
  asked[0]?.answer(taken('undone'));
  await turn();
  expect(asked[1]?.text).toBe('undone');
  asked[1]?.answer(taken('undone b'));
  expect(await edit).toEqual({ ok: true, value: 'undone b' });
});
