// What the engine tells of a place in the text, and which values are in force at a time of the run.
import type { Outline, TimelineEntry } from '../engine/protocol';
import { readString, segments } from './ron';

/** A `Set` of the timeline: from `at` on, `path` is `value`. */
export interface Change {
  index: number;
  at: number;
  path: string;
  value: string;
}

/** Times in the text are rounded; a change this close counts as done, in seconds. */
const CLOSE = 1e-3;

/** The changes of a timeline in the order in which they come. */
export function changesOf(timeline: readonly TimelineEntry[]): Change[] {
  const changes = timeline.flatMap((entry): Change[] => {
    if (entry.what !== 'Set') return [];
    const opening = entry.text.indexOf('(');
    const literals = [...strings(entry.text.slice(opening + 1))];
    const [path, value] = literals;
    return path === undefined || value === undefined ? [] : [{ index: entry.index, at: entry.at, path, value }];
  });
  // The sort is stable: of two at one time the later one in the text comes later.
  return changes.sort((one, other) => one.at - other.at);
}

/** Those that have come by `now`. */
export function until(changes: readonly Change[], now: number): Change[] {
  return changes.filter((change) => change.at <= now + CLOSE);
}

/** Whether a change of `changed` decides what stands at `path`: it is the place itself, or holds it. */
export function covers(changed: string, path: string): boolean {
  const [outer, inner] = [segments(changed), segments(path)];
  return outer.length <= inner.length && outer.every((segment, index) => segment === inner[index]);
}

/** Depth first, all places of an outline. */
export function* places(outline: Outline): Generator<Outline> {
  yield outline;
  for (const part of outline.parts) yield* places(part);
}

/** The part of this name. */
export function part(outline: Outline | null | undefined, name: string): Outline | null {
  return outline?.parts.find((one) => one.name === name) ?? null;
}

function* strings(text: string): Generator<string> {
  let at = 0;
  while (at < text.length) {
    const found = readString(text, at);
    if (found) yield found.text;
    at = found ? found.end : at + 1;
  }
}
