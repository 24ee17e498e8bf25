// What all drawing on the canvas shares: colours, words at one size, patterns that are told apart without colour.
import { colours, type Colours } from '../style/colours';

const FAMILY = "system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif";

export const SMALL = 12;
export const NORMAL = 14;

export type Weight = 400 | 600;

/** A canvas as it is during one drawing. */
export class Pen {
  readonly context: CanvasRenderingContext2D;
  colour: Colours;
  /** Pixels of the screen in one of the graph. */
  zoom = 1;
  readonly #widths = new Map<string, number>();
  readonly #short = new Map<string, string>();
  readonly #hatches = new Map<string, CanvasPattern>();
  #font = '';

  constructor(context: CanvasRenderingContext2D) {
    this.context = context;
    this.colour = colours();
  }

  /** After the theme has changed. */
  refresh(): void {
    this.colour = colours();
    this.#hatches.clear();
  }

  /** At the start of a drawing; the canvas forgets its font when it is resized. */
  begin(zoom: number): void {
    this.zoom = zoom;
    this.#font = '';
    this.colour = colours();
  }

  font(size: number, weight: Weight = 400): void {
    const font = `${weight} ${size}px ${FAMILY}`;
    if (font === this.#font) return;
    this.context.font = font;
    this.#font = font;
  }

  text(text: string, x: number, y: number, colour: string, align: CanvasTextAlign = 'left'): void {
    const { context } = this;
    context.textAlign = align;
    context.fillStyle = colour;
    context.fillText(text, x, y);
  }

  /** The width of a text in the current font, remembered. */
  width(text: string): number {
    const key = this.#font + text;
    let width = this.#widths.get(key);
    if (width === undefined) {
      if (this.#widths.size > 4000) this.#widths.clear();
      width = this.context.measureText(text).width;
      this.#widths.set(key, width);
    }
    return width;
  }

  /** The text, cut to fit. */
  cut(text: string, room: number): string {
    if (this.width(text) <= room) return text;
    const key = `${this.#font}${Math.round(room)} ${text}`;
    let short = this.#short.get(key);
    if (short === undefined) {
      if (this.#short.size > 4000) this.#short.clear();
      let length = text.length - 1;
      while (length > 0 && this.context.measureText(`${text.slice(0, length)}…`).width > room) length -= 1;
      short = length > 0 ? `${text.slice(0, length)}…` : '';
      this.#short.set(key, short);
    }
    return short;
  }

  /** Diagonal stripes of a colour. */
  hatch(colour: string, step = 8, thick = 2.5): CanvasPattern | string {
    const key = `${colour} ${step} ${thick}`;
    let pattern = this.#hatches.get(key);
    if (pattern) return pattern;
    const scale = 2;
    const tile = document.createElement('canvas');
    tile.width = tile.height = step * scale;
    const pen = tile.getContext('2d');
    if (!pen) return colour;
    pen.scale(scale, scale);
    pen.strokeStyle = colour;
    pen.lineWidth = thick;
    pen.lineCap = 'square';
    pen.beginPath();
    for (const shift of [-step, 0, step]) {
      pen.moveTo(shift, step);
      pen.lineTo(shift + step, 0);
    }
    pen.stroke();
    const made = this.context.createPattern(tile, 'repeat');
    if (!made) return colour;
    made.setTransform(new DOMMatrix().scale(1 / scale));
    this.#hatches.set(key, made);
    return made;
  }

  /** A cross around a middle. */
  cross(x: number, y: number, size: number): void {
    const { context } = this;
    context.moveTo(x - size, y - size);
    context.lineTo(x + size, y + size);
    context.moveTo(x + size, y - size);
    context.lineTo(x - size, y + size);
  }
}
