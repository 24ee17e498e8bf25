import { expect, test } from 'vitest';
import { FrameView, Rows } from './frame';
import type { Layout } from './protocol';

const layout: Layout = {
  head: ['now', 'events'],
  groups: {
    clients: { start: 2, stride: 2, count: 1, fields: ['offered', 'p99'] },
    nodes: { start: 4, stride: 3, count: 2, fields: ['rate', 'waiting', 'utilization'] },
  },
  length: 10,
};

test('a frame is read by the names of its fields', () => {
  const frame = new FrameView(layout, Float64Array.of(1.5, 900, 100, 41.2, 90, 3, 0.75, 60, 0, 0.5));
  expect(frame.head('now')).toBe(1.5);
  expect(frame.client(0, 'p99')).toBe(41.2);
  expect(frame.node(1, 'rate')).toBe(60);
  expect(frame.node(0, 'utilization')).toBe(0.75);
  expect(frame.column('nodes', 'waiting')).toEqual({ start: 5, stride: 3, count: 2 });
});

test('what is not in a frame is NaN', () => {
  const frame = new FrameView(layout, new Float64Array(10));
  expect(frame.node(2, 'rate')).toBeNaN();
  expect(frame.node(-1, 'rate')).toBeNaN();
  expect(frame.node(0, 'nothing')).toBeNaN();
  expect(frame.edge(0, 'rate')).toBeNaN();
  expect(frame.head('nothing')).toBeNaN();
  expect(new FrameView().head('now')).toBeNaN();
  expect(new FrameView(layout).node(0, 'rate')).toBeNaN();
  expect(frame.column('edges', 'rate')).toBeNull();
});

test('an array of another layout does not fit', () => {
  const frame = new FrameView(layout);
  expect(frame.fits(new Float64Array(10))).toBe(true);
  expect(frame.fits(new Float64Array(9))).toBe(false);
});

const rowLayout: Layout = {
  head: ['t', 'interval'],
  groups: { nodes: { start: 2, stride: 1, count: 2, fields: ['rate'] } },
  length: 4,
};

/** Rows that end at these times, with the rate of the first node ten times the time. */
function rowsAt(...times: number[]): Float64Array {
  return Float64Array.from(times.flatMap((t) => [t, 1, t * 10, 0]));
}

test('rows grow, and are read as series', () => {
  const rows = new Rows(rowLayout);
  rows.accept(rowsAt(1, 2), 0, 2);
  rows.accept(rowsAt(3), 2, 3);
  expect([...rows.times()]).toEqual([1, 2, 3]);
  expect([...rows.series('nodes', 0, 'rate', 1)]).toEqual([20, 30]);
  expect(rows.value(2, 'nodes', 0, 'rate')).toBe(30);
  expect(rows.value(3, 'nodes', 0, 'rate')).toBeNaN();
  expect([...rows.series('nodes', 7, 'rate')]).toEqual([NaN, NaN, NaN]);
});

test('a change of the past takes later rows back', () => {
  const rows = new Rows(rowLayout);
  rows.accept(rowsAt(1, 2, 3), 0, 3);
  const { version } = rows;
  rows.accept(null, 3, 1);
  expect([...rows.times()]).toEqual([1]);
  expect(rows.version).toBeGreaterThan(version);
  rows.accept(rowsAt(2.5), 1, 2);
  expect([...rows.times()]).toEqual([1, 2.5]);
});

test('a thousand rows are kept in order', () => {
  const rows = new Rows(rowLayout);
  for (let t = 1; t <= 1000; t += 1) rows.accept(rowsAt(t), t - 1, t);
  expect(rows.count).toBe(1000);
  expect(rows.head(999, 't')).toBe(1000);
  expect(rows.rowAt(500.5)).toBe(499);
  expect(rows.rowAt(0.5)).toBe(-1);
  expect(rows.rowAt(5000)).toBe(999);
});
