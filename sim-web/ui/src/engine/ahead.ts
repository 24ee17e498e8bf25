// The worker of the live run, begun before the page is there that will use it: both are loaded and started at the same time.
import { Link } from './link';

let begun: Link | null = null;

/** Fetches and compiles the engine, and starts a worker with it. */
export function begin(): void {
  begun ??= new Link('live');
}

/** The worker that was begun, for the first who asks; null if there is none, or if it has failed meanwhile. */
export function takeBegun(): Link | null {
  const link = begun;
  begun = null;
  return link?.isAlive ? link : null;
}
