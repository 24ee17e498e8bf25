import { expect, test } from 'vitest';
import { History } from './history';

function entry(a: string, gesture: string | null = null, b: string | null = null) {
  return { texts: [a, b] as const, label: a, at: 0, gesture };
}

test('what was done can be undone and done again', () => {
  const history = new History(entry('one'));
  expect(history.undoable).toBeNull();
  expect(history.undo()).toBeNull();
  history.commit(entry('two'));
  history.commit(entry('three'));
  expect(history.undoable).toBe('three');
  expect(history.undo()?.texts[0]).toBe('two');
  expect(history.redoable).toBe('three');
  expect(history.undo()?.texts[0]).toBe('one');
  expect(history.redo()?.texts[0]).toBe('two');
  expect(history.redo()?.texts[0]).toBe('three');
  expect(history.redo()).toBeNull();
});

test('a change after undoing forgets what was undone', () => {
  const history = new History(entry('one'));
  history.commit(entry('two'));
  history.undo();
  history.commit(entry('other'));
  expect(history.redoable).toBeNull();
  expect(history.undo()?.texts[0]).toBe('one');
});

test('a gesture is one entry', () => {
  const history = new History(entry('one'));
  history.commit(entry('two', 'drag 1'));
  history.commit(entry('three', 'drag 1'));
  history.commit(entry('four', 'drag 2'));
  expect(history.entries.length).toBe(3);
  expect(history.undo()?.texts[0]).toBe('three');
  expect(history.undo()?.texts[0]).toBe('one');
});

test('a gesture that was undone does not go on', () => {
  const history = new History(entry('one'));
  history.commit(entry('two', 'drag'));
  history.commit(entry('three'));
  history.undo();
  history.commit(entry('four', 'drag'));
  expect(history.undo()?.texts[0]).toBe('two');
});

test('both arms are in one history', () => {
  const history = new History(entry('one'));
  history.commit(entry('one', null, 'one'));
  history.commit(entry('one', null, 'changed'));
  expect(history.undo()?.texts).toEqual(['one', 'one']);
});

test('a change that changes nothing is none', () => {
  const history = new History(entry('one'));
  history.commit(entry('one'));
  expect(history.entries.length).toBe(1);
});

test('it does not grow for ever', () => {
  const history = new History(entry('0'));
  for (let change = 1; change <= 2000; change += 1) history.commit(entry(String(change)));
  expect(history.entries.length).toBe(500);
  expect(history.undo()?.texts[0]).toBe('1999');
});
