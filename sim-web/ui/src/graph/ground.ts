// The arrows that nothing happens to, as a picture. Lines of hundreds of arrows take many times longer to draw than all that
// moves on them: so they are drawn when they change, and each frame begins with the picture of them.
import type { EdgeDescription } from '../engine/protocol';
import type { Colours } from '../style/colours';
import type { Way } from './geometry';
import { LOOKUP_DASHES, PLAIN_THICK, head, trace } from './paint-edges';
import type { Sight } from './sight';

/** From here on lines are as thin as the screen has them: they touch, and the thin ones are drawn several times faster. */
const MANY = 100;

export class Ground {
  readonly #canvas = document.createElement('canvas');
  readonly #context: CanvasRenderingContext2D;
  #ways: readonly Way[] = [];
  #edges: readonly EdgeDescription[] = [];
  #apart = '';
  #version = -1;
  #colour: Colours | null = null;

  constructor() {
    const context = this.#canvas.getContext('2d');
    if (!context) throw new Error('this browser cannot draw on a canvas');
    this.#context = context;
  }

  /** The picture of all arrows but those at the positions `apart`, which are drawn elsewhere. */
  picture(
    edges: readonly EdgeDescription[],
    ways: readonly Way[],
    apart: readonly number[],
    sight: Sight,
    colour: Colours,
  ): HTMLCanvasElement {
    const names = apart.join();
    const isSame = ways === this.#ways && edges === this.#edges && names === this.#apart;
    if (isSame && sight.version === this.#version && colour === this.#colour) return this.#canvas;
    this.#ways = ways;
    this.#edges = edges;
    this.#apart = names;
    this.#version = sight.version;
    this.#colour = colour;
    this.#paint(new Set(apart), sight, colour);
    return this.#canvas;
  }

  #paint(apart: ReadonlySet<number>, sight: Sight, colour: Colours): void {
    const context = this.#context;
    // Empties it too.
    sight.fit(this.#canvas);
    const { zoom } = sight.view;
    const [calls, lookups, heads] = [new Path2D(), new Path2D(), new Path2D()];
    // From far away a curve needs fewer points.
    const step = zoom < 0.15 ? 8 : zoom < 0.4 ? 3 : 1;
    let count = 0;
    this.#edges.forEach((edge, index) => {
      const way = this.#ways[index];
      if (!way || apart.has(index) || !sight.isWaySeen(way)) return;
      count += 1;
      trace(edge.isLookup ? lookups : calls, way, 0, way.length, step);
      head(heads, way, zoom);
    });
    sight.enter(context);
    context.strokeStyle = context.fillStyle = colour.beside;
    context.lineWidth = (count < MANY ? PLAIN_THICK : 1 / sight.scale) / zoom;
    context.stroke(calls);
    context.setLineDash(LOOKUP_DASHES.map((length) => length / zoom));
    context.stroke(lookups);
    context.setLineDash([]);
    context.fill(heads);
  }
}
