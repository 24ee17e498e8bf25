// When to draw: canvases once per frame of the screen and only with new numbers, the DOM at most ten times a second.
import { tellFirstFrame } from './first-frame';

/** Between two pulses, in ms. */
const PULSE = 100;

export class Drawing {
  readonly #listeners = new Set<() => void>();
  readonly #pulse: () => void;
  #isDue = false;
  #pulsedAt = -Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `pulse` is called at most ten times a second, and after the last numbers in any case. */
  constructor(pulse: () => void) {
    this.#pulse = pulse;
  }

  add(draw: () => void): () => void {
    this.#listeners.add(draw);
    return () => this.#listeners.delete(draw);
  }

  /** There are new numbers. */
  request(): void {
    // The frame pulses if it is time to; the timer is for the last numbers, and for hidden pages, which draw no frames.
    this.#timer ??= setTimeout(() => this.#beat(), Math.max(0, this.#pulsedAt + PULSE - performance.now()));
    if (this.#isDue) return;
    this.#isDue = true;
    requestAnimationFrame(() => this.#draw());
  }

  #beat(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#pulsedAt = performance.now();
    this.#pulse();
  }

  #draw(): void {
    this.#isDue = false;
    if (performance.now() >= this.#pulsedAt + PULSE) this.#beat();
    for (const draw of this.#listeners) draw();
    if (this.#listeners.size > 0) tellFirstFrame();
  }
}
