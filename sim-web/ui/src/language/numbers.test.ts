import { afterEach, expect, test } from 'vitest';
import { define, language, numbers } from '.';

/** With plain spaces, for reading. */
const plainly = (text: string) => text.replaceAll('\u00a0', ' ');

afterEach(() => {
  language.current = 'en';
});

test.each([
  [41.23, '41.2 ms'],
  [4.123, '4.12 ms'],
  [412.3, '412 ms'],
  [0, '0 ms'],
  [0.35, '350 µs'],
  [999.6, '1.00 s'],
  [1200, '1.20 s'],
  [NaN, '–'],
])('a latency of %d ms is %s', (ms, expected) => {
  expect(plainly(numbers.latency(ms))).toBe(expected);
});

test.each([
  [1050, '1.05 k/s'],
  [999, '999/s'],
  [999.7, '1.00 k/s'],
  [12.34, '12.3/s'],
  [0, '0/s'],
  [2_500_000, '2.50 M/s'],
])('a rate of %d is %s', (value, expected) => {
  expect(plainly(numbers.rate(value))).toBe(expected);
});

test.each([
  [0.0005, '500 µs'],
  [0.25, '250 ms'],
  [1, '1.00 s'],
  [30, '30 s'],
  [90, '90 s'],
  [360, '6 min'],
  [7200, '2 h'],
])('a span of %d s is %s', (seconds, expected) => {
  expect(plainly(numbers.span(seconds))).toBe(expected);
});

test('shares, counts, clocks', () => {
  expect(numbers.share(0.923)).toBe('92.3%');
  expect(numbers.share(0.0123)).toBe('1.23%');
  expect(numbers.share(1)).toBe('100%');
  expect(numbers.count(12345)).toBe('12,345');
  expect(numbers.clock(187.54)).toBe('3:07.5');
  expect(numbers.clock(3723)).toBe('1:02:03.0');
  expect(numbers.clock(0.3)).toBe('0:00.3');
  expect(numbers.plain(1050.4)).toBe('1,050');
  expect(numbers.plain(0.0312)).toBe('0.0312');
  expect(numbers.plain(Infinity)).toBe('∞');
  expect(numbers.plain(null)).toBe('–');
});

test('Spanish has a comma', () => {
  language.current = 'es';
  expect(plainly(numbers.latency(41.23))).toBe('41,2 ms');
  expect(numbers.clock(187.54)).toBe('3:07,5');
  expect(plainly(numbers.share(0.923))).toBe('92,3 %');
});

test('numbers for scenario text have a point in every language, and no exponent', () => {
  language.current = 'es';
  expect(numbers.asText(0.1 + 0.2)).toBe('0.3');
  expect(numbers.asText(1200)).toBe('1200');
  expect(numbers.asText(0.0000001)).toBe('0.0000001');
});

test('words are those of the language', () => {
  const words = define({
    queue: { en: 'queue', es: 'cola' },
    left: { en: (count: number) => `${count} left`, es: (count: number) => `quedan ${count}` },
  });
  expect(words.queue).toBe('queue');
  expect(words.left(3)).toBe('3 left');
  language.current = 'es';
  expect(words.queue).toBe('cola');
  expect(words.left(3)).toBe('quedan 3');
});
