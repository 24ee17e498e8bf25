// The ways of arrows between cards, and what lies under a point. In pixels of the graph.
import type { EdgeDescription } from '../engine/protocol';
import { HEIGHT, WIDTH } from './card';
import type { Direction, Spot } from './plan';

/** From one point of a way to the next. */
const STEP = 8;
const SAMPLES = 40;

/** The way of an arrow, as points at equal distances. */
export interface Way {
  xs: Float32Array;
  ys: Float32Array;
  length: number;
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** What touches a side of a card, in the order along that side. */
function ports(edges: readonly EdgeDescription[], middles: readonly Spot[], direction: Direction) {
  const across = (spot: Spot | undefined) => (direction === 'right' ? (spot?.y ?? 0) : (spot?.x ?? 0));
  const offsets = { from: new Float32Array(edges.length), to: new Float32Array(edges.length) };
  const room = (direction === 'right' ? HEIGHT : WIDTH) - 48;
  for (const end of ['from', 'to'] as const) {
    const other = end === 'from' ? 'to' : 'from';
    const byNode = new Map<number, number[]>();
    edges.forEach((edge, index) => byNode.set(edge[end], [...(byNode.get(edge[end]) ?? []), index]));
    for (const touching of byNode.values()) {
      touching.sort((a, b) => across(middles[edges[a]?.[other] ?? 0]) - across(middles[edges[b]?.[other] ?? 0]));
      const gap = Math.min(20, room / touching.length);
      touching.forEach((index, place) => (offsets[end][index] = (place - (touching.length - 1) / 2) * gap));
    }
  }
  return offsets;
}

/** The ways of all arrows. */
export function ways(edges: readonly EdgeDescription[], middles: readonly Spot[], direction: Direction): Way[] {
  const offsets = ports(edges, middles, direction);
  return edges.map((edge, index) => {
    const from = middles[edge.from] ?? { x: 0, y: 0 };
    const to = middles[edge.to] ?? { x: 0, y: 0 };
    const [out, into] = [offsets.from[index] ?? 0, offsets.to[index] ?? 0];
    if (direction === 'right') return right(from, to, out, into);
    // The same with both axes exchanged.
    const turned = right(turn(from), turn(to), out, into, HEIGHT, WIDTH);
    return measured(turned.ys, turned.xs);
  });
}

function turn({ x, y }: Spot): Spot {
  return { x: y, y: x };
}

function right(from: Spot, to: Spot, out: number, into: number, width = WIDTH, height = HEIGHT): Way {
  const x0 = from.x + width / 2;
  const y0 = from.y + out;
  const x3 = to.x - width / 2;
  const y3 = to.y + into;
  if (from === to || (from.x === to.x && from.y === to.y)) {
    // A call to itself: around above the card.
    return sampled([x0, x0 + 90, x3 - 90, x3], [y0, y0 - height * 1.6, y3 - height * 1.6, y3]);
  }
  const ahead = x3 - x0;
  const bend = ahead >= 0 ? Math.max(24, ahead / 2) : Math.min(220, 48 - ahead / 3);
  return sampled([x0, x0 + bend, x3 - bend, x3], [y0, y0, y3, y3]);
}

type Four = [number, number, number, number];

/** A cubic Bézier curve as points at equal distances. */
function sampled(x: Four, y: Four): Way {
  const rawX = new Float32Array(SAMPLES + 1);
  const rawY = new Float32Array(SAMPLES + 1);
  const reached = new Float32Array(SAMPLES + 1);
  for (let index = 0; index <= SAMPLES; index += 1) {
    const t = index / SAMPLES;
    const weights: Four = [(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t ** 3];
    rawX[index] = weights.reduce((sum, weight, at) => sum + weight * (x[at] ?? 0), 0);
    rawY[index] = weights.reduce((sum, weight, at) => sum + weight * (y[at] ?? 0), 0);
    if (index > 0) {
      const dx = (rawX[index] ?? 0) - (rawX[index - 1] ?? 0);
      const dy = (rawY[index] ?? 0) - (rawY[index - 1] ?? 0);
      reached[index] = (reached[index - 1] ?? 0) + Math.hypot(dx, dy);
    }
  }
  const length = reached[SAMPLES] ?? 0;
  const count = Math.max(2, Math.ceil(length / STEP) + 1);
  const xs = new Float32Array(count);
  const ys = new Float32Array(count);
  let at = 0;
  for (let index = 0; index < count; index += 1) {
    const wanted = (length * index) / (count - 1);
    while (at < SAMPLES - 1 && (reached[at + 1] ?? 0) < wanted) at += 1;
    const span = (reached[at + 1] ?? 0) - (reached[at] ?? 0) || 1;
    const part = Math.min(1, Math.max(0, (wanted - (reached[at] ?? 0)) / span));
    xs[index] = (rawX[at] ?? 0) + part * ((rawX[at + 1] ?? 0) - (rawX[at] ?? 0));
    ys[index] = (rawY[at] ?? 0) + part * ((rawY[at + 1] ?? 0) - (rawY[at] ?? 0));
  }
  return measured(xs, ys);
}

function measured(xs: Float32Array, ys: Float32Array): Way {
  let length = 0;
  for (let index = 1; index < xs.length; index += 1) {
    length += Math.hypot((xs[index] ?? 0) - (xs[index - 1] ?? 0), (ys[index] ?? 0) - (ys[index - 1] ?? 0));
  }
  const [left, top, rightmost, bottom] = [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
  return { xs, ys, length, left, top, right: rightmost, bottom };
}

/** A point of a way and the direction there; reused, since it is asked for a thousand times a frame. */
export interface Point {
  x: number;
  y: number;
  /** Of length 1. */
  dx: number;
  dy: number;
}

/** The point at a distance from the start, written into `point`. */
export function along(way: Way, distance: number, point: Point): Point {
  const { xs, ys } = way;
  const last = xs.length - 1;
  const place = way.length > 0 ? (Math.max(0, Math.min(way.length, distance)) / way.length) * last : 0;
  const index = Math.min(last - 1, Math.floor(place));
  const part = place - index;
  const [x0, y0, x1, y1] = [xs[index] ?? 0, ys[index] ?? 0, xs[index + 1] ?? 0, ys[index + 1] ?? 0];
  // Not `hypot`, which guards against numbers that no screen has, and is several times slower.
  const size = Math.sqrt((x1 - x0) ** 2 + (y1 - y0) ** 2) || 1;
  point.x = x0 + (x1 - x0) * part;
  point.y = y0 + (y1 - y0) * part;
  point.dx = (x1 - x0) / size;
  point.dy = (y1 - y0) / size;
  return point;
}

/** The arrow nearest to a point, if it is within `reach`. */
export function wayAt(all: readonly Way[], x: number, y: number, reach: number): number | null {
  let best: number | null = null;
  let least = reach;
  all.forEach((way, index) => {
    if (x < way.left - reach || x > way.right + reach || y < way.top - reach || y > way.bottom + reach) return;
    for (let at = 0; at < way.xs.length; at += 1) {
      const distance = Math.hypot((way.xs[at] ?? 0) - x, (way.ys[at] ?? 0) - y);
      if (distance < least) {
        least = distance;
        best = index;
      }
    }
  });
  return best;
}

/** The card over a point; the last drawn is on top. */
export function cardAt(middles: readonly Spot[], x: number, y: number): number | null {
  for (let index = middles.length - 1; index >= 0; index -= 1) {
    const spot = middles[index];
    if (spot && Math.abs(spot.x - x) <= WIDTH / 2 && Math.abs(spot.y - y) <= HEIGHT / 2) return index;
  }
  return null;
}
