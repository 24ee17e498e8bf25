// When the canvas is drawn: once a frame while dots run, otherwise only when something has changed.

/** Dots run, are held while nothing goes on, or stand still because that was asked for. */
export type Pace = 'run' | 'hold' | 'still';

export class Motion {
  /** Whether the reader asked for less motion. */
  isReduced = $state(false);
  #draw: ((now: number, pace: Pace) => void) | null = null;
  #request = 0;
  #isRunning = false;
  #query: MediaQueryList | null = null;

  start(draw: (now: number, pace: Pace) => void): void {
    this.#draw = draw;
    this.#query = matchMedia('(prefers-reduced-motion: reduce)');
    this.#query.addEventListener('change', this.#changed);
    this.#changed();
  }

  stop(): void {
    cancelAnimationFrame(this.#request);
    this.#query?.removeEventListener('change', this.#changed);
    this.#draw = null;
  }

  /** Whether time goes on, and dots with it. */
  run(isRunning: boolean): void {
    this.#isRunning = isRunning;
    this.ask();
  }

  /** Draws with the next frame. */
  ask(): void {
    if (this.#request !== 0 || !this.#draw) return;
    this.#request = requestAnimationFrame((now) => {
      this.#request = 0;
      const pace = !this.#isRunning ? 'hold' : this.isReduced ? 'still' : 'run';
      this.#draw?.(now, pace);
      if (pace === 'run') this.ask();
    });
  }

  readonly #changed = () => {
    this.isReduced = this.#query?.matches ?? false;
    this.ask();
  };
}
