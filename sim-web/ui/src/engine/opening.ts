// What the page opens with, compiled when it was built: it runs before what reads texts is there.
import { description, script, text as known } from 'virtual:opening';
import type { Compiled } from './protocol';

/** The scenario compiled, if it is the one that the page opens with: nothing in that changes over time. */
export function opening(text: string): Compiled | null {
  return text === known ? { text, script: Uint8Array.from(atob(script), (byte) => byte.charCodeAt(0)), description } : null;
}

export const OPENING = known;
