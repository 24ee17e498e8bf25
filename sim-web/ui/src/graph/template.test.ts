import { expect, test } from 'vitest';
import { fill, fits, parseTemplate } from './template';

const names = (text: string) => parseTemplate(text).fields.map(({ name, kind, value }) => `${name} ${kind} ${value}`);

test.each([
  ['Crash(target: "{target}", for: "30s")', ['for quantity 30s']],
  ['Slow(target: "{target}", factor: 3, for: "30s")', ['factor number 3', 'for quantity 30s']],
  ['Loss(link: "{target}", share: "5%", for: "30s")', ['share quantity 5%', 'for quantity 30s']],
  ['Flush(target: "{target}")', []],
  ['Set("nodes.{target}.load.rate", "2_400/s")', [' quantity 2_400/s']],
  ['Rot(target: "{target}", share: 0.25, all: true)', ['share number 0.25', 'all flag true']],
  ['Turn(target: "{target}", to: RoundRobin(), name: "words are not for changing")', []],
])('%s can be changed in %j', (text, expected) => {
  expect(names(text)).toEqual(expected);
});

test('with its own values and a target a template is scenario text', () => {
  const template = parseTemplate('Slow(target: "{target}", factor: 3, for: "30s")');
  expect(fill(template, 'app/3', ['10', '1min'])).toBe('Slow(target: "app/3", factor: 10, for: "1min")');
  expect(fill(template, 'app', [])).toBe('Slow(target: "app", factor: 3, for: "30s")');
});

test('quotes in a value stay inside of it', () => {
  const template = parseTemplate('Crash(target: "{target}", for: "30s")');
  expect(fill(template, 'a"b', ['1s") Crash("'])).toBe('Crash(target: "a\\"b", for: "1s\\") Crash(\\"")');
});

test('values are looked at before they strike', () => {
  const [factor, span] = parseTemplate('Slow(target: "{target}", factor: 3, for: "30s")').fields;
  expect(['3', '0.5', '1_000'].every((value) => fits(factor!, value))).toBe(true);
  expect(['', 'three', '3s', '1e3'].some((value) => fits(factor!, value))).toBe(false);
  expect(['30s', '1.5min', '5 %', '10Mbit/s'].every((value) => fits(span!, value))).toBe(true);
  expect(['', 's', 'soon', '"30s"'].some((value) => fits(span!, value))).toBe(false);
});
