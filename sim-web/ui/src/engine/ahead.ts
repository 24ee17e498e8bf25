// Workers begun before the page is there that will use them: both are loaded and started at the same time.
import { Link } from './link';
import type { Part } from './module';

const begun = new Map<Part, Link>();

/** Fetches and compiles a part of the engine, and starts a worker with it. */
export function begin(part: Part): void {
  if (!begun.has(part)) begun.set(part, new Link(part));
}

/** The worker that was begun, for the first who asks; null if there is none, or if it has failed meanwhile. */
export function takeBegun(part: Part): Link | null {
  const link = begun.get(part);
  begun.delete(part);
  return link?.isAlive ? link : null;
}
