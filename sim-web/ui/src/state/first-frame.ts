// The first frame with live numbers. What it can do without waits for it.

/** A scenario that does not run has no frame, and a page in the background draws none: the rest comes all the same, in ms. */
const LONGEST_WAIT = 2_000;

let isThere = false;
let tell: () => void;

export const firstFrame = new Promise<void>((resolve) => {
  tell = resolve;
  setTimeout(resolve, LONGEST_WAIT);
});

/** Called in the frame that is the first, and in any later one. */
export function tellFirstFrame(): void {
  if (isThere) return;
  isThere = true;
  performance.mark('first-frame');
  // Not before it is on the screen.
  setTimeout(tell);
}
