// A finger that stays where it is: what a right click is to a mouse.

/** In ms. */
const LONG = 500;
/** Fingers tremble, in px. */
const TREMBLE = 10;

export class LongPress {
  readonly #run: (x: number, y: number) => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #x = 0;
  #y = 0;
  /** Whether the press that ends now was a long one: then it is no tap. */
  wasLong = false;

  /** `run` gets the point relative to the element that `down` is heard on. */
  constructor(run: (x: number, y: number) => void) {
    this.#run = run;
  }

  down(event: PointerEvent & { currentTarget: HTMLElement }): void {
    clearTimeout(this.#timer);
    this.wasLong = false;
    if (event.pointerType !== 'touch' || !event.isPrimary) return;
    const box = event.currentTarget.getBoundingClientRect();
    this.#x = event.clientX;
    this.#y = event.clientY;
    this.#timer = setTimeout(() => {
      this.wasLong = true;
      this.#run(this.#x - box.left, this.#y - box.top);
    }, LONG);
  }

  moved(event: PointerEvent): void {
    if (Math.hypot(event.clientX - this.#x, event.clientY - this.#y) > TREMBLE) this.cancel();
  }

  cancel(): void {
    clearTimeout(this.#timer);
  }
}
