// Where cards stand: as placed in the text, or else as the engine lays them out, with room for cards.
import type { EdgeDescription, NodeDescription } from '../engine/protocol';
import { HEIGHT, WIDTH } from './card';

export interface Spot {
  x: number;
  y: number;
}

/** From the middle of a card to the next one's. */
const COLUMN = WIDTH + 96;
const ROW = HEIGHT + 36;
/** The same where the graph goes down instead of to the right. */
const TALL_COLUMN = WIDTH + 24;
const TALL_ROW = HEIGHT + 48;
/** As many cards one above the other are still read at one glance. */
const LONGEST_COLUMN = 16;
/** Between the middles of two boxes in the engine's picture, one above the other. */
const ENGINE_ROW = 78;

/** The middles of all cards, in the coordinates that the text uses. */
export function spots(nodes: readonly NodeDescription[], edges: readonly EdgeDescription[]): Spot[] {
  // Columns are told from the calls and not from the engine's picture, which tells nothing of the column of a placed node.
  const columns = layers(nodes.length, edges);
  const free = folded(nodes, columns) ?? nodes.map((node, index) => ({ x: columns[index] ?? 0, y: node.y / ENGINE_ROW }));
  const taken: Spot[] = nodes.filter((node) => node.isPlaced);
  return nodes.map((node, index) => {
    if (node.isPlaced) return { x: node.x, y: node.y };
    const { x: column, y: row } = free[index] as Spot;
    const spot = { x: column * COLUMN + WIDTH / 2, y: row * ROW };
    // What somebody placed does not give way, so the others do.
    while (taken.some((other) => overlaps(spot, other))) spot.y += ROW;
    taken.push(spot);
    return spot;
  });
}

/**
 * Columns and rows where a column would be longer than can be read: it becomes a block of several, and all are centred beside each
 * other, each in the order of the engine's picture. Nothing if no column is that long.
 */
function folded(nodes: readonly NodeDescription[], columns: readonly number[]): Spot[] | null {
  const members: number[][] = [];
  nodes.forEach((node, index) => {
    if (!node.isPlaced) (members[columns[index] ?? 0] ??= []).push(index);
  });
  if (!members.some((column) => column.length > LONGEST_COLUMN)) return null;
  const found: Spot[] = nodes.map(() => ({ x: 0, y: 0 }));
  let left = 0;
  for (const column of members) {
    if (!column) continue;
    const rows = column.length > LONGEST_COLUMN ? Math.max(LONGEST_COLUMN, Math.ceil(Math.sqrt(column.length))) : column.length;
    column.sort((one, other) => (nodes[one]?.y ?? 0) - (nodes[other]?.y ?? 0) || one - other);
    column.forEach((index, position) => {
      found[index] = { x: left + Math.floor(position / rows), y: (position % rows) - (rows - 1) / 2 };
    });
    left += Math.ceil(column.length / rows);
  }
  return found;
}

/** How many calls each node is away from where requests come from, by the longest way; calls that go back do not count. */
function layers(count: number, edges: readonly EdgeDescription[]): number[] {
  const calls: number[][] = Array.from({ length: count }, () => []);
  for (const edge of edges) if (edge.from !== edge.to) calls[edge.from]?.push(edge.to);
  const isCalled = new Set(edges.filter((edge) => edge.from !== edge.to).map((edge) => edge.to));
  const state = new Uint8Array(count);
  const order: number[] = [];
  const forward: [number, number][] = [];
  const visit = (node: number) => {
    state[node] = 1;
    for (const next of calls[node] ?? []) {
      if (state[next] === 1) continue;
      forward.push([node, next]);
      if (state[next] === 0) visit(next);
    }
    state[node] = 2;
    order.push(node);
  };
  const all = calls.map((_, node) => node);
  for (const node of [...all.filter((node) => !isCalled.has(node)), ...all]) if (state[node] === 0) visit(node);
  const found = new Array<number>(count).fill(0);
  const rank = new Map(order.toReversed().map((node, position) => [node, position]));
  forward.sort((a, b) => (rank.get(a[0]) ?? 0) - (rank.get(b[0]) ?? 0));
  for (const [from, to] of forward) found[to] = Math.max(found[to] ?? 0, (found[from] ?? 0) + 1);
  return found;
}

function overlaps(one: Spot, other: Spot): boolean {
  return Math.abs(one.x - other.x) < WIDTH + 8 && Math.abs(one.y - other.y) < HEIGHT + 8;
}

/** To the right, or downwards where the screen is taller than the graph is long. */
export type Direction = 'right' | 'down';

/** From the coordinates of the text to those of the screen. Both ways are lossless: a placed card is placed in both. */
export function toScreen(spot: Spot, direction: Direction): Spot {
  if (direction === 'right') return spot;
  return { x: (spot.y * TALL_COLUMN) / ROW, y: (spot.x * TALL_ROW) / COLUMN };
}

export function toText(spot: Spot, direction: Direction): Spot {
  if (direction === 'right') return spot;
  return { x: (spot.y * COLUMN) / TALL_ROW, y: (spot.x * ROW) / TALL_COLUMN };
}

export interface Bounds {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** What all cards cover. */
export function boundsOf(middles: readonly Spot[]): Bounds {
  if (middles.length === 0) return { left: 0, top: 0, width: WIDTH, height: HEIGHT };
  const xs = middles.map((spot) => spot.x);
  const ys = middles.map((spot) => spot.y);
  const left = Math.min(...xs) - WIDTH / 2;
  const top = Math.min(...ys) - HEIGHT / 2;
  return { left, top, width: Math.max(...xs) + WIDTH / 2 - left, height: Math.max(...ys) + HEIGHT / 2 - top };
}

export interface View {
  x: number;
  y: number;
  zoom: number;
}

export const SMALLEST_ZOOM = 0.05;
export const LARGEST_ZOOM = 2;
/** Nobody needs a card larger than this to begin with. */
const LARGEST_FIT = 1.25;

export interface Room {
  width: number;
  height: number;
  /** What stands at the edges of the room, in pixels of the screen. */
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** The view that shows everything. */
export function fitted(bounds: Bounds, room: Room): View {
  const width = Math.max(40, room.width - room.left - room.right);
  const height = Math.max(40, room.height - room.top - room.bottom);
  const zoom = Math.max(SMALLEST_ZOOM, Math.min(LARGEST_FIT, width / bounds.width, height / bounds.height));
  return {
    x: room.left + (width - bounds.width * zoom) / 2 - bounds.left * zoom,
    y: room.top + (height - bounds.height * zoom) / 2 - bounds.top * zoom,
    zoom,
  };
}

/** The direction in which cards can be larger; to the right unless downwards is clearly better. */
export function bestDirection(middles: readonly Spot[], room: Room): Direction {
  const zoom = (direction: Direction) =>
    fitted(boundsOf(middles.map((spot) => toScreen(spot, direction))), room).zoom;
  return zoom('down') > zoom('right') * 1.2 ? 'down' : 'right';
}

/** Positions of nodes along the paths of requests: callers before those they call, from the clients on. */
export function requestOrder(nodes: readonly NodeDescription[], edges: readonly EdgeDescription[]): number[] {
  const isCalled = new Set(edges.filter((edge) => edge.from !== edge.to).map((edge) => edge.to));
  const positions = nodes.map((_, index) => index);
  const first = (index: number) => (nodes[index]?.client !== null ? 0 : isCalled.has(index) ? 2 : 1);
  const starts = positions.toSorted((a, b) => first(a) - first(b) || a - b);
  const order: number[] = [];
  const seen = new Set<number>();
  const visit = (start: number) => {
    const line = [start];
    seen.add(start);
    for (let next = line.shift(); next !== undefined; next = line.shift()) {
      order.push(next);
      const called = edges.filter((edge) => edge.from === next && !seen.has(edge.to)).map((edge) => edge.to);
      for (const index of called.toSorted((a, b) => (nodes[a]?.y ?? 0) - (nodes[b]?.y ?? 0) || a - b)) {
        if (seen.has(index)) continue;
        seen.add(index);
        line.push(index);
      }
    }
  };
  // All that have no caller go together, so that one client's path is not told before the other client.
  for (const start of starts) if (!seen.has(start)) visit(start);
  return order;
}

/** The neighbour of a node that an arrow key leads to: along the calls, or to the one beside it. */
export function neighbour(
  middles: readonly Spot[],
  edges: readonly EdgeDescription[],
  from: number,
  key: 'ArrowLeft' | 'ArrowRight' | 'ArrowUp' | 'ArrowDown',
): number | null {
  const here = middles[from];
  if (!here) return null;
  const isAcross = key === 'ArrowLeft' || key === 'ArrowRight';
  const sign = key === 'ArrowRight' || key === 'ArrowDown' ? 1 : -1;
  const isNext = new Set(
    edges.filter((edge) => edge.from === from || edge.to === from).map((edge) => (edge.from === from ? edge.to : edge.from)),
  );
  let best: number | null = null;
  let least = Infinity;
  middles.forEach((spot, index) => {
    const along = (isAcross ? spot.x - here.x : spot.y - here.y) * sign;
    const aside = Math.abs(isAcross ? spot.y - here.y : spot.x - here.x);
    if (index === from || along <= 1) return;
    // A connected card wins over a nearer one that is not, as long as it lies that way.
    const distance = along + 2 * aside + (isNext.has(index) && along * 2 >= aside ? 0 : 4000);
    if (distance < least) {
      least = distance;
      best = index;
    }
  });
  return best;
}
