// What of the graph is on the screen, and where: the view, the size of the canvas, and its pixels to one of the page.
import type { Way } from './geometry';
import type { View } from './plan';

/** How far an arrow's head and its dots reach beyond its line. */
const BESIDE_WAYS = 12;

export class Sight {
  view: View = { x: 0, y: 0, zoom: 1 };
  width = 0;
  height = 0;
  /** Pixels of the canvas in one of the page. */
  scale = 1;
  /** Rises whenever something else is seen. */
  version = 0;

  look(view: View): void {
    this.view = view;
    this.version += 1;
  }

  resize(width: number, height: number, scale: number): void {
    this.width = width;
    this.height = height;
    this.scale = scale;
    this.version += 1;
  }

  /** Gives a canvas the size of what is seen. */
  fit(canvas: HTMLCanvasElement): void {
    canvas.width = Math.max(1, Math.round(this.width * this.scale));
    canvas.height = Math.max(1, Math.round(this.height * this.scale));
  }

  /** From now on a canvas is drawn on in pixels of the graph, from a place in it. */
  enter(context: CanvasRenderingContext2D, left = 0, top = 0): void {
    const { x, y, zoom } = this.view;
    const size = zoom * this.scale;
    context.setTransform(size, 0, 0, size, (x + left * zoom) * this.scale, (y + top * zoom) * this.scale);
  }

  /** Whether anything within these bounds of the graph is on the screen. */
  isSeen(left: number, top: number, right: number, bottom: number): boolean {
    const { x, y, zoom } = this.view;
    return right * zoom + x > 0 && left * zoom + x < this.width && bottom * zoom + y > 0 && top * zoom + y < this.height;
  }

  isWaySeen({ left, top, right, bottom }: Way): boolean {
    return this.isSeen(left - BESIDE_WAYS, top - BESIDE_WAYS, right + BESIDE_WAYS, bottom + BESIDE_WAYS);
  }
}
