import { expect, test } from 'vitest';
import { freshName, nameProblem } from './names';
import { Steady, Trouble, troubleOf, type Vitals } from './trouble';

const calm: Vitals = {
  isClient: false,
  rate: 100,
  failed: 0,
  waiting: 0,
  utilization: 0.5,
  servers: 10,
  instances: 4,
  up: 4,
  booting: 0,
  hanging: 0,
};

test.each<[string, Partial<Vitals>, Trouble]>([
  ['half busy', {}, Trouble.None],
  ['nearly full', { utilization: 0.95 }, Trouble.Strained],
  ['full, and as many wait as are served', { utilization: 1, waiting: 10 }, Trouble.Overloaded],
  ['its threads taken, its cores idle', { utilization: 0.1, waiting: 200 }, Trouble.Overloaded],
  ['one call in ten fails', { failed: 10 }, Trouble.Failing],
  ['one instance of four stands still', { hanging: 1 }, Trouble.Strained],
  ['all stand still', { hanging: 4 }, Trouble.Hanging],
  ['none is up', { up: 0 }, Trouble.Down],
  ['none is up yet', { up: 0, booting: 4 }, Trouble.None],
  ['nothing is known', { rate: NaN, waiting: NaN, utilization: NaN, servers: NaN, instances: 0, up: 0 }, Trouble.None],
  ['a client that is served', { isClient: true, instances: 0, up: 0, waiting: 500 }, Trouble.None],
  ['a client that is not', { isClient: true, failed: 30 }, Trouble.Failing],
])('%s', (_, vitals, expected) => {
  expect(troubleOf({ ...calm, ...vitals })).toBe(expected);
});

test('trouble shows at once and goes after a while', () => {
  const steady = new Steady();
  expect(steady.next(Trouble.Overloaded, 1000)).toBe(Trouble.Overloaded);
  expect(steady.next(Trouble.None, 1200)).toBe(Trouble.Overloaded);
  expect(steady.next(Trouble.Overloaded, 1400)).toBe(Trouble.Overloaded);
  expect(steady.next(Trouble.None, 1800)).toBe(Trouble.Overloaded);
  expect(steady.next(Trouble.None, 2000)).toBe(Trouble.None);
});

test('new names are those that nobody has', () => {
  expect(freshName('service', [])).toBe('service');
  expect(freshName('service', ['service', 'service2'])).toBe('service3');
  expect(freshName('', [])).toBe('node');
});

test('names that would be misread are refused', () => {
  expect(nameProblem('api', ['db'])).toBe(null);
  expect(nameProblem('db', ['db'])).toBe('taken');
  expect(nameProblem(' ', [])).toBe('empty');
  expect(['app/3', 'a->b', 'a*', 'a"'].map((name) => nameProblem(name, []))).toEqual(Array(4).fill('sign'));
});
