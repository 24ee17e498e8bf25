// What charts, flags and their exports show: the open arms, what happened in them, and where the axis of time ends.
import { studio, type ArmIndex } from '../state/studio.svelte';
import { marksOf, merged, type Mark } from './events';
import type { Shown } from './lines';
import { openEnd } from './ticks';

/** Arms with something to show. */
export function openArms(): ArmIndex[] {
  return ([0, 1] as const).filter((arm) => studio.arms[arm].description !== null && studio.arms[arm].isOpen);
}

/** The names of all clients, of both arms. */
export function clientNames(arms: readonly ArmIndex[]): string[] {
  const names = arms.flatMap((arm) => studio.arms[arm].description?.nodes.filter((node) => node.client !== null).map(({ name }) => name) ?? []);
  return [...new Set(names)];
}

/** The arms with the position of a client in each. */
export function shownArms(arms: readonly ArmIndex[], client: string): Shown[] {
  return arms.flatMap((arm) => {
    const { description } = studio.arms[arm];
    if (!description) return [];
    return [{ arm, description, client: description.nodes.find(({ name }) => name === client)?.client ?? -1 }];
  });
}

export function marksOfAll(shown: readonly Shown[]): Mark[] {
  const [a = [], b = []] = shown.map(({ arm, description }) => marksOf(description.timeline, studio.arms[arm].log, arm));
  return shown.length > 1 ? merged(a, b) : a;
}

/** Where the axis of time ends, for a run that has come to `reached`. */
export function endOf(shown: readonly Shown[], reached: number): number {
  const ends = shown.map(({ description }) => description.duration);
  const last = Math.max(0, ...shown.flatMap(({ description }) => description.timeline.map(({ at, span }) => at + (span ?? 0))));
  const open = ends.some((duration) => duration === null) ? openEnd(Math.max(reached, last)) : 0;
  return Math.max(open, ...ends.map((duration) => duration ?? 0), reached, 1e-3);
}

export function warmupOf(shown: readonly Shown[]): number {
  return Math.max(0, ...shown.map(({ description }) => description.warmup));
}
