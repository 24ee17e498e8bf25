// Workers begun before the page is there that will use them: both are loaded and started at the same time.
import { Link } from './link';
import type { Kind } from './module';

const begun = new Map<Kind, Link>();

/** Fetches and compiles what such a worker needs of the engine, and starts it. */
export function begin(kind: Kind): void {
  if (!begun.has(kind)) begun.set(kind, new Link(kind));
}

/** The worker that was begun, for the first who asks; null if there is none, or if it has failed meanwhile. */
export function takeBegun(kind: Kind): Link | null {
  const link = begun.get(kind);
  begun.delete(kind);
  return link?.isAlive ? link : null;
}
