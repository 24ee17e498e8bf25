import { expect, test } from 'vitest';
import type { EdgeDescription, NodeDescription } from '../engine/protocol';
import { HEIGHT, WIDTH } from './card';
import { cardAt, wayAt, ways } from './geometry';
import { bestDirection, boundsOf, fitted, neighbour, requestOrder, spots, toScreen, toText } from './plan';

function node(name: string, x: number, y: number, more: Partial<NodeDescription> = {}): NodeDescription {
  const none = { firstInstance: 0, mostInstances: 1, instances: 1, client: null, pools: [], mainPool: null, capacity: null };
  return { name, kind: 'service', variant: 'Service', ...none, x, y, isPlaced: false, ...more };
}

function edge(from: number, to: number): EdgeDescription {
  return { from, to, label: '', latency: 0, isLookup: false };
}

const room = { width: 1000, height: 600, left: 0, top: 0, right: 0, bottom: 0 };
// By name, as the engine tells them: app, cache, db, lb, users.
const nodes = [
  node('app', 400, 100),
  node('cache', 600, 61),
  node('db', 600, 139),
  node('lb', 200, 100),
  node('users', 60, 100, { client: 0 }),
];
const edges = [edge(4, 3), edge(3, 0), edge(0, 1), edge(0, 2)];

test('cards do not cover each other', () => {
  const all = spots(nodes, edges);
  all.forEach((one, index) => {
    for (const other of all.slice(index + 1)) {
      expect(Math.abs(one.x - other.x) >= WIDTH || Math.abs(one.y - other.y) >= HEIGHT).toBe(true);
    }
  });
});

test('a column that is too long to be read becomes a block, in the order of the picture', () => {
  const services = Array.from({ length: 40 }, (_, index) => node(`s${index}`, 300, index * 78));
  const all = spots([node('users', 60, 39 * 39), ...services], services.map((_, index) => edge(0, index + 1)));
  const bounds = boundsOf(all);
  expect(bounds.height).toBeLessThan(20 * (HEIGHT + 36));
  const [users, first, second, ...others] = all;
  expect(second).toEqual({ x: first?.x, y: (first?.y ?? 0) + HEIGHT + 36 });
  expect(users?.y).toBeCloseTo(bounds.top + bounds.height / 2);
  expect(new Set([first, second, ...others].map((spot) => spot?.x)).size).toBe(3);
  expect(new Set(all.map((spot) => `${spot.x} ${spot.y}`)).size).toBe(41);
});

test('what is placed stays; what is not gives way', () => {
  const [free] = spots(nodes, edges);
  const placed = node('new', (free?.x ?? 0) + 5, free?.y ?? 0, { isPlaced: true });
  const all = spots([...nodes, placed], edges);
  expect(all.at(-1)).toEqual({ x: placed.x, y: placed.y });
  expect(all[0]?.y).toBeGreaterThanOrEqual(placed.y + HEIGHT);
  expect(all[3]).toEqual(spots(nodes, edges)[3]);
});

test('placing one node moves no other', () => {
  const all = spots(nodes, edges);
  nodes.forEach((moved, index) => {
    const placed = { ...moved, x: 900, y: 900, isPlaced: true };
    const after = spots(nodes.map((node, at) => (at === index ? placed : node)), edges);
    expect(after.filter((_, at) => at !== index)).toEqual(all.filter((_, at) => at !== index));
  });
});

test('calls that go round in circles end', () => {
  const xs = spots(nodes, [...edges, edge(2, 4), edge(1, 1)]).map(({ x }) => x);
  expect(new Set(xs).size).toBeGreaterThan(2);
});

test('both directions keep what was placed', () => {
  for (const direction of ['right', 'down'] as const) {
    const back = toText(toScreen({ x: 123, y: -45 }, direction), direction);
    expect(back.x).toBeCloseTo(123);
    expect(back.y).toBeCloseTo(-45);
  }
});

test('a long graph goes down on a phone', () => {
  const all = spots(nodes, edges);
  expect(bestDirection(all, room)).toBe('right');
  expect(bestDirection(all, { ...room, width: 390, height: 420 })).toBe('down');
});

test('everything fits into the room', () => {
  const view = fitted(boundsOf(spots(nodes, edges)), { ...room, left: 100, top: 50 });
  const { left, top, width, height } = boundsOf(spots(nodes, edges));
  expect(left * view.zoom + view.x).toBeGreaterThanOrEqual(100 - 0.01);
  expect(top * view.zoom + view.y).toBeGreaterThanOrEqual(50 - 0.01);
  expect((left + width) * view.zoom + view.x).toBeLessThanOrEqual(1000.01);
  expect((top + height) * view.zoom + view.y).toBeLessThanOrEqual(600.01);
});

test('nodes come in the order of the path of requests', () => {
  expect(requestOrder(nodes, edges).map((index) => nodes[index]?.name)).toEqual(['users', 'lb', 'app', 'cache', 'db']);
});

test('each node comes once, also in circles and beside the path', () => {
  const circle = [edge(0, 1), edge(1, 2), edge(2, 0), edge(1, 1)];
  expect(requestOrder(nodes, circle).toSorted()).toEqual([0, 1, 2, 3, 4]);
});

test('arrow keys follow the arrows', () => {
  const all = spots(nodes, edges);
  expect(neighbour(all, edges, 4, 'ArrowRight')).toBe(3);
  expect(neighbour(all, edges, 0, 'ArrowLeft')).toBe(3);
  expect([1, 2]).toContain(neighbour(all, edges, 0, 'ArrowRight'));
  expect(neighbour(all, edges, 1, 'ArrowDown')).toBe(2);
  expect(neighbour(all, edges, 4, 'ArrowLeft')).toBe(null);
});

test('an arrow is hit near its way, a card on itself', () => {
  const all = spots(nodes, edges);
  const found = ways(edges, all, 'right');
  const [first] = found;
  const middle = first ? Math.floor(first.xs.length / 2) : 0;
  expect(wayAt(found, first?.xs[middle] ?? 0, (first?.ys[middle] ?? 0) + 5, 12)).toBe(0);
  expect(wayAt(found, first?.xs[middle] ?? 0, (first?.ys[middle] ?? 0) + 40, 12)).toBe(null);
  expect(cardAt(all, all[2]?.x ?? 0, all[2]?.y ?? 0)).toBe(2);
  expect(cardAt(all, -1000, 0)).toBe(null);
});

test('a way that goes back, and one to itself, have points at equal distances', () => {
  for (const way of ways([edge(1, 4), edge(0, 0)], spots(nodes, edges), 'down')) {
    const steps = [...way.xs].slice(1).map((x, index) => Math.hypot(x - (way.xs[index] ?? 0), (way.ys[index + 1] ?? 0) - (way.ys[index] ?? 0)));
    expect(way.length).toBeGreaterThan(50);
    expect(Math.max(...steps)).toBeLessThan(Math.min(...steps) * 1.6);
  }
});
