// When to draw: canvases once per frame of the screen and only with new numbers, the DOM at most ten times a second.

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
    clearTimeout(this.#timer);
    const left = this.#pulsedAt + PULSE - performance.now();
    if (left <= 0) this.#beat();
    else this.#timer = setTimeout(() => this.#beat(), left);
    if (this.#isDue) return;
    this.#isDue = true;
    requestAnimationFrame(() => this.#draw());
  }

  #beat(): void {
    this.#pulsedAt = performance.now();
    this.#pulse();
  }

  #draw(): void {
    this.#isDue = false;
    for (const draw of this.#listeners) draw();
    if (this.#listeners.size === 0 || performance.getEntriesByName('first-frame').length > 0) return;
    performance.mark('first-frame');
  }
}
