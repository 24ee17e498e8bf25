import { expect, test } from 'vitest';
import { changesOf, covers, until } from './outline';
import { read, shown, typed, usualUnit, write } from './quantity';
import { quote, readString, segment, segments, unquote } from './ron';
import { fits, nice, quantityScale, wholeScale } from './scale';

test.each([
  ['"1200/s"', 'rate', 1200, '/s'],
  ['"20/min"', 'rate', 1 / 3, '/min'],
  ['"2k/s"', 'rate', 2000, 'k/s'],
  ['"5ms"', 'time', 0.005, 'ms'],
  ['"1h30min"', 'time', 5400, 'min'],
  ['"1.5 s"', 'time', 1.5, 's'],
  ['"70%"', 'ratio', 0.7, '%'],
  ['0.7', 'ratio', 0.7, ''],
  ['100_000', 'number', 100_000, ''],
  ['-3.5', 'number', -3.5, ''],
  ['"64KiB"', 'size', 65_536, 'KiB'],
  ['"1Gbit/s"', 'bandwidth', 125e6, 'Gbit/s'],
])('%s is a %s of %d', (text, kind, value, unit) => {
  const found = read(text, kind);
  expect(found?.value).toBeCloseTo(value, 12);
  expect(found?.unit).toBe(unit);
});

test.each([
  ['"fast"', 'rate'],
  ['"5"', 'time'],
  ['"5 parsecs"', 'time'],
  ['""', 'time'],
])('%s is no %s', (text, kind) => expect(read(text, kind)).toBeNull());

test('a value is written in the unit it had', () => {
  expect(write(0.1, 'ms', 'time')).toBe('"100ms"');
  expect(write(1500, '/s', 'rate')).toBe('"1500/s"');
  expect(write(0.35, '%', 'ratio')).toBe('"35%"');
  expect(write(0.35, '', 'ratio')).toBe('0.35');
});

test('what is typed takes the unit that was there', () => {
  expect(typed('7', 'ms', 'time')).toBe('"7ms"');
  expect(typed('7 s', 'ms', 'time')).toBe('"7 s"');
  expect(typed('0,7', '', 'ratio')).toBe('0.7');
  expect(typed('70%', '', 'ratio')).toBe('"70%"');
  expect(typed('4', '', 'whole')).toBe('4');
  expect(typed('four', '', 'whole')).toBe('four');
  expect(typed('soon', 'ms', 'time')).toBe('"soon"');
  expect(shown('"5ms"')).toBe('5ms');
  expect(usualUnit(['"800/s"', '"20/min"'], 'rate')).toBe('/s');
});

test('texts and paths', () => {
  expect(quote('a "b" \\')).toBe('"a \\"b\\" \\\\"');
  expect(unquote(quote('a "b" \\\n'))).toBe('a "b" \\\n');
  expect(readString('r#"a "b""# rest', 0)).toEqual({ text: 'a "b"', end: 10 });
  expect(unquote('"\\u{e9}"')).toBe('é');
  expect(segment('app')).toBe('app');
  expect(segment('users->lb')).toBe('"users->lb"');
  expect(segments('links."a.b->c".latency')).toEqual(['links', 'a.b->c', 'latency']);
});

test('changes of the timeline, in the order in which they come', () => {
  const entry = (index: number, at: number, text: string) => ({ index, at, what: 'Set', target: '', span: null, text });
  const changes = changesOf([
    entry(0, 9, 'Set("nodes.users.load.rate", "\\"900/s\\"")'),
    { ...entry(1, 5, 'Crash(target: "app/1", for: "3s")'), what: 'Crash' },
    entry(2, 3, 'Set("nodes.lb.policy", r#"RoundRobin"#)'),
  ]);
  expect(changes).toEqual([
    { index: 2, at: 3, path: 'nodes.lb.policy', value: 'RoundRobin' },
    { index: 0, at: 9, path: 'nodes.users.load.rate', value: '"900/s"' },
  ]);
  expect(until(changes, 3)).toHaveLength(1);
  expect(until(changes, 2.5)).toHaveLength(0);
  expect(covers('nodes.lb.policy', 'nodes.lb.policy.ties')).toBe(true);
  expect(covers('nodes.lb.policy.ties', 'nodes.lb.policy')).toBe(false);
  expect(covers('nodes.lb', 'nodes.lbx')).toBe(false);
});

const NO_BOUNDS = { minimum: null, maximum: null };

test('a slider holds the value that is there, and tells it back', () => {
  for (const value of [0.005, 1, 1200, 3e6]) {
    const scale = quantityScale(value, 1, 'time', NO_BOUNDS);
    expect(fits(scale, value)).toBe(true);
    expect(scale.value(0)).toBeLessThan(value / 5);
    expect(scale.value(scale.steps)).toBeGreaterThanOrEqual(value * 10);
    for (let at = 1; at <= scale.steps; at += 1) expect(scale.value(at)).toBeGreaterThan(scale.value(at - 1));
  }
});

test('a share goes from 0 to 100 %, a whole number step by step where it is small', () => {
  const share = quantityScale(0.5, 1, 'ratio', NO_BOUNDS);
  expect([share.value(0), share.value(share.steps)]).toEqual([0, 1]);
  const instances = wholeScale(4, { minimum: 1, maximum: 100_000 });
  expect([instances.value(0), instances.value(instances.steps), instances.steps]).toEqual([1, 20, 19]);
  expect(instances.value(instances.position(7))).toBe(7);
  const many = wholeScale(100_000, { minimum: 0, maximum: null });
  expect(many.value(many.position(100_000)) / 100_000).toBeCloseTo(1, 1);
  expect(many.value(0)).toBe(0);
});

test('zero is on the scale of what is zero', () => {
  const scale = quantityScale(0, 800, 'rate', NO_BOUNDS);
  expect([scale.value(0), scale.position(0)]).toEqual([0, 0]);
  expect(scale.value(scale.steps)).toBeGreaterThanOrEqual(8000);
  expect(nice(130)).toBe(200);
  expect(nice(200)).toBe(200);
});
