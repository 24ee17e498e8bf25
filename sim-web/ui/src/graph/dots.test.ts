import { expect, test } from 'vitest';
import { density, speed, Stream, type Feed } from './dots';

const feed = (rate: number, failed = 0, latency = 10): Feed => ({ rate, failed, latency });
const places = (stream: Stream) => Array.from({ length: stream.count }, (_, index) => stream.place(index));
const crosses = (stream: Stream) => places(stream).filter((_, index) => stream.isCross(index)).length;

test('more requests are more dots, compressed and bounded', () => {
  const rates = [0, 0.1, 1, 10, 100, 1_000, 10_000];
  const dense = rates.map(density);
  expect(dense).toEqual(dense.toSorted((a, b) => a - b));
  expect(density(0)).toBe(0);
  expect(density(NaN)).toBe(0);
  expect(density(1000) / density(1)).toBeLessThan(10);
  expect(density(560)).toBeGreaterThan(density(280) * 1.2);
  expect(density(1e12)).toBe(density(1e9));
});

test('slower answers are slower dots, never still ones', () => {
  const speeds = [0, 1, 10, 100, 1_000, 1e6].map(speed);
  expect(speeds).toEqual(speeds.toSorted((a, b) => b - a));
  expect(speed(1e9)).toBeGreaterThan(0);
  expect(speed(NaN)).toBe(speed(0));
});

test('a filled stream looks like one that has run for long', () => {
  const filled = new Stream();
  filled.fill(feed(1000), 400, 1);
  const run = new Stream();
  for (let frame = 0; frame < 2000; frame += 1) run.advance(feed(1000), 400, 1, 1 / 60);
  expect(Math.abs(filled.count - run.count)).toBeLessThanOrEqual(2);
  const gaps = places(run).map((place, index, all) => (all[index - 1] ?? place) - place).slice(1);
  expect(Math.max(...gaps) - Math.min(...gaps)).toBeLessThan(1);
});

test('dots leave at the end, and none follow when nothing is sent', () => {
  const stream = new Stream();
  stream.fill(feed(1000), 200, 1);
  for (let frame = 0; frame < 600; frame += 1) stream.advance(feed(0), 200, 1, 1 / 60);
  expect(stream.count).toBe(0);
});

test('each tenth call that fails is each tenth dot a cross', () => {
  const stream = new Stream(1000);
  stream.fill(feed(1000, 100), 10_000, 1);
  expect(crosses(stream) / stream.count).toBeCloseTo(0.1, 1);
  stream.fill(feed(1000, 0), 10_000, 1);
  expect(crosses(stream)).toBeLessThanOrEqual(1);
});

test('from far away the dots are as dense on the screen', () => {
  const near = new Stream();
  const far = new Stream();
  near.fill(feed(300), 300, 1);
  far.fill(feed(300), 600, 0.5);
  expect(far.count).toBe(near.count);
});

test('a stream never holds more than it has room for', () => {
  const stream = new Stream(16);
  stream.fill(feed(1e6), 10_000, 1);
  expect(stream.count).toBe(16);
  stream.advance(feed(1e6), 10_000, 1, 5);
  expect(stream.count).toBeLessThanOrEqual(16);
});
