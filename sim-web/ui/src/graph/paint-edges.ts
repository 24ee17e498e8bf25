// Arrows that something happens to, the dots that run along all of them, and their numbers.
import type { EdgeDescription } from '../engine/protocol';
import type { Stream } from './dots';
import { along, type Point, type Way } from './geometry';
import { SMALL, type Pen } from './pen';
import type { EdgeReading } from './readings';
import type { Sight } from './sight';

const point: Point = { x: 0, y: 0, dx: 0, dy: 0 };

/** Of a link's `trouble`. */
const CUT = 1;
const LOSSY = 2;

/** In pixels of the screen. */
export const PLAIN_THICK = 1.25;
export const LOOKUP_DASHES = [2, 4];
const LOSSY_DASHES = [6, 4];

export interface EdgeLook {
  edge: EdgeDescription;
  way: Way;
  reading: EdgeReading;
  isSelected: boolean;
  isNear: boolean;
}

/** Whether a link is not as it should be. */
export function isBroken({ trouble }: EdgeReading): boolean {
  return (trouble & (CUT | LOSSY)) !== 0;
}

/** The line and its head. */
export function paintEdge(pen: Pen, { edge, way, reading, isSelected, isNear }: EdgeLook): void {
  const { context, colour, zoom } = pen;
  const isCut = (reading.trouble & CUT) !== 0;
  const isLossy = (reading.trouble & LOSSY) !== 0;
  const ink = isSelected ? colour.accent : isCut ? colour.error : isLossy ? colour.warning : isNear ? colour.ink : colour.beside;
  context.strokeStyle = context.fillStyle = ink;
  context.lineWidth = (isSelected ? 3 : isNear || isCut || isLossy ? 2 : PLAIN_THICK) / zoom;
  const dashes = isLossy ? LOSSY_DASHES : edge.isLookup ? LOOKUP_DASHES : [];
  context.setLineDash(dashes.map((length) => length / zoom));
  context.beginPath();
  if (isCut) {
    const gap = Math.min(way.length / 3, 22 / zoom);
    trace(context, way, 0, way.length / 2 - gap);
    trace(context, way, way.length / 2 + gap, way.length);
  } else trace(context, way, 0, way.length);
  context.stroke();
  context.setLineDash([]);
  context.beginPath();
  head(context, way, zoom);
  context.fill();
}

export function trace(path: CanvasPath, way: Way, from: number, to: number, step = 1): void {
  const { xs, ys, length } = way;
  const last = xs.length - 1;
  along(way, from, point);
  path.moveTo(point.x, point.y);
  const first = Math.ceil((from / length) * last + 1e-6);
  for (let index = first; index <= last && (index / last) * length < to; index += step) {
    path.lineTo(xs[index] ?? 0, ys[index] ?? 0);
  }
  along(way, to, point);
  path.lineTo(point.x, point.y);
}

export function head(path: CanvasPath, way: Way, zoom: number): void {
  const size = Math.max(7, Math.min(24, 6 / zoom));
  const { x, y, dx, dy } = along(way, way.length, point);
  path.moveTo(x, y);
  path.lineTo(x - dx * size - dy * size * 0.5, y - dy * size + dx * size * 0.5);
  path.lineTo(x - dx * size + dy * size * 0.5, y - dy * size - dx * size * 0.5);
  path.closePath();
}

/** Signs on links that are cut, or that lose some of what they carry: above the dots. */
export function paintBreak(pen: Pen, { way, reading }: EdgeLook): void {
  if ((reading.trouble & (CUT | LOSSY)) === 0) return;
  const isCut = (reading.trouble & CUT) !== 0;
  const { context, colour, zoom } = pen;
  const size = 9 / zoom;
  const { x, y } = along(way, way.length / 2, point);
  context.fillStyle = colour.paper;
  context.strokeStyle = isCut ? colour.error : colour.warning;
  context.lineWidth = 2.5 / zoom;
  context.beginPath();
  context.arc(x, y, size * 1.3, 0, 7);
  context.fill();
  context.stroke();
  context.beginPath();
  if (isCut) pen.cross(x, y, size * 0.6);
  else {
    // A sieve.
    context.moveTo(x - size * 0.7, y);
    context.lineTo(x - size * 0.25, y);
    context.moveTo(x + size * 0.25, y);
    context.lineTo(x + size * 0.7, y);
  }
  context.stroke();
}

/** From the middle of the first attempts to that of the later ones. */
const BESIDE = 8;

/**
 * The dots of all arrows, as far as they are on the screen: round or square where all goes well, crosses where it does not. Squares
 * are drawn one by one, which is faster than one path of them; of the others each colour is one path.
 */
export class DotPainter {
  readonly #pen: Pen;
  readonly #sight: Sight;
  #good = new Path2D();
  #bad = new Path2D();
  #again = new Path2D();

  constructor(pen: Pen, sight: Sight) {
    this.#pen = pen;
    this.#sight = sight;
  }

  begin(): void {
    this.#good = new Path2D();
    this.#bad = new Path2D();
    this.#again = new Path2D();
    const { context, colour } = this.#pen;
    context.fillStyle = colour['use-6'] ?? '';
  }

  add(way: Way, first: Stream, again: Stream): void {
    const { context, zoom } = this.#pen;
    const size = dotSize(zoom);
    const isSmall = size * zoom < 2;
    for (let index = 0; index < first.count; index += 1) {
      const { x, y } = along(way, first.place(index), point);
      if (!this.#isSeen(x, y, size * 1.25)) continue;
      if (first.isCross(index)) this.#cross(x, y, size * 1.25);
      else if (isSmall) context.fillRect(x - size, y - size, size * 2, size * 2);
      else {
        this.#good.moveTo(x + size, y);
        this.#good.arc(x, y, size, 0, 6.3);
      }
    }
    const beside = BESIDE / Math.max(zoom, 0.5);
    for (let index = 0; index < again.count; index += 1) {
      const { x, y, dx, dy } = along(way, again.place(index), point);
      const [left, top] = [x + dy * beside, y - dx * beside];
      if (!this.#isSeen(left, top, size * 1.6)) continue;
      if (again.isCross(index)) this.#cross(left, top, size * 0.75);
      else {
        // Thin dashes, so that they are not taken for the first stream.
        this.#again.moveTo(left - dx * size * 1.6, top - dy * size * 1.6);
        this.#again.lineTo(left + dx * size * 1.6, top + dy * size * 1.6);
      }
    }
  }

  finish(): void {
    const { context, colour, zoom } = this.#pen;
    context.fill(this.#good);
    context.strokeStyle = colour.warning;
    context.lineWidth = 2 / zoom;
    context.stroke(this.#again);
    context.strokeStyle = colour.paper;
    context.lineWidth = 4.5 / zoom;
    context.stroke(this.#bad);
    context.strokeStyle = colour.error;
    context.lineWidth = 2 / zoom;
    context.stroke(this.#bad);
  }

  #isSeen(x: number, y: number, reach: number): boolean {
    return this.#sight.isSeen(x - reach, y - reach, x + reach, y + reach);
  }

  #cross(x: number, y: number, size: number): void {
    this.#bad.moveTo(x - size, y - size);
    this.#bad.lineTo(x + size, y + size);
    this.#bad.moveTo(x + size, y - size);
    this.#bad.lineTo(x - size, y + size);
  }
}

/** Half of a dot, in px of the graph: smaller from far away, but never lost. */
function dotSize(zoom: number): number {
  return Math.max(1.3 / zoom, Math.min(3, 2.6 / Math.sqrt(zoom)));
}

/** Rate, errors and attempts again, in the middle of the arrow. */
export function paintLabel(pen: Pen, way: Way, text: string): void {
  const { context, colour, zoom } = pen;
  const size = SMALL / zoom;
  pen.font(Math.round(size * 4) / 4);
  const width = pen.width(text) + size * 0.7;
  const { x, y } = along(way, way.length / 2, point);
  context.fillStyle = colour.paper;
  context.strokeStyle = colour.grid;
  context.lineWidth = 1 / zoom;
  context.beginPath();
  context.roundRect(x - width / 2, y - size * 0.8, width, size * 1.6, 3 / zoom);
  context.fill();
  context.stroke();
  pen.text(text, x, y + size * 0.36, colour.ink, 'center');
}
