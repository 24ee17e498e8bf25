// Dots that run along an arrow: how dense they are tells the rate, how fast they go tells the latency.

/** Dots for each 100 px of the screen: three at a rate of 100/s, six at 1,000/s. */
export function density(rate: number): number {
  if (!(rate > 0)) return 0;
  return Math.min(MOST_DENSE, 0.77 * rate ** 0.3);
}

/** Denser would be a line. */
const MOST_DENSE = 11;

/** Pixels of the screen in a second, from the time a call takes in milliseconds. */
export function speed(latency: number): number {
  const known = latency > 0 ? latency : 0;
  return Math.max(22, 180 * (1 + known) ** -0.25);
}

/** How many dots there may be in all; beyond it each arrow gets its share. */
export const MOST_DOTS = 1600;

/** What one stream of dots is fed with. */
export interface Feed {
  /** A second. */
  rate: number;
  failed: number;
  /** In milliseconds. */
  latency: number;
}

const CROSS = 1;

/** The dots of one stream: a ring of places along the arrow, the foremost first. */
export class Stream {
  readonly #places: Float32Array;
  readonly #isCross: Uint8Array;
  #first = 0;
  #count = 0;
  /** How far the last dot has to be before the next one follows. */
  #owed = 0;
  #failing = 0;

  constructor(most = 64) {
    this.#places = new Float32Array(most);
    this.#isCross = new Uint8Array(most);
  }

  get count(): number {
    return this.#count;
  }

  place(index: number): number {
    return this.#places[(this.#first + index) % this.#places.length] ?? 0;
  }

  isCross(index: number): boolean {
    return this.#isCross[(this.#first + index) % this.#places.length] === CROSS;
  }

  clear(): void {
    this.#count = 0;
    this.#owed = 0;
    // The first cross comes in the middle of its turn, so that a filled stream is the same each time.
    this.#failing = 0.5;
  }

  /**
   * Moves all dots by `seconds`, along `length` px of the graph; a px of the graph is `zoom` px of the screen. `share` is what is
   * left of the density where there are too many dots in all.
   */
  advance(feed: Feed, length: number, zoom: number, seconds: number, share = 1): void {
    const move = (speed(feed.latency) * seconds) / zoom;
    for (let index = 0; index < this.#count; index += 1) {
      const at = (this.#first + index) % this.#places.length;
      this.#places[at] = (this.#places[at] ?? 0) + move;
    }
    while (this.#count > 0 && this.place(0) > length) this.#drop();
    const dense = density(feed.rate) * share;
    if (dense <= 0) {
      this.#owed = 0;
      return;
    }
    const gap = 100 / dense / zoom;
    this.#owed = Math.min(this.#owed + move, gap * 2);
    while (this.#owed >= gap) {
      this.#owed -= gap;
      this.#emit(Math.min(this.#owed, length), feed);
    }
  }

  /** As if it had always been fed like this: evenly filled. */
  fill(feed: Feed, length: number, zoom: number, share = 1, phase = 0.5): void {
    this.clear();
    // In steps: a rate that trembles does not make still dots tremble.
    const dense = Math.ceil(density(feed.rate) * share * 2) / 2;
    if (dense <= 0) return;
    const gap = 100 / dense / zoom;
    for (let place = length - gap * phase; place > 0; place -= gap) this.#emit(place, feed);
    this.#owed = this.#count > 0 ? this.place(this.#count - 1) : gap * phase;
  }

  #emit(place: number, feed: Feed): void {
    if (this.#count === this.#places.length) this.#drop();
    const at = (this.#first + this.#count) % this.#places.length;
    this.#places[at] = place;
    // Each failed call of the rate makes its share of the dots a cross; rare errors are rare crosses, but they come.
    this.#failing += feed.rate > 0 ? Math.min(1, feed.failed / feed.rate) : 0;
    const isCross = this.#failing >= 1;
    if (isCross) this.#failing -= 1;
    this.#isCross[at] = isCross ? CROSS : 0;
    this.#count += 1;
  }

  #drop(): void {
    this.#first = (this.#first + 1) % this.#places.length;
    this.#count -= 1;
  }
}
