// Which fields of a table come first, and which of several ways to give a value is the one that is used.
import type { Outline } from '../../engine/protocol';

/** What is written or has to be, and choices that are made by default: a policy is looked for even if it is not written. */
export function isFirst(field: Outline): boolean {
  return field.written || field.required || (field.kind === 'choice' && field.default !== null);
}

/** The position of the group whose fields are written; the first where none is. */
export function presentGroup({ one_of, parts }: Outline): number {
  const isWritten = (name: string) => parts.some((part) => part.name === name && part.written);
  return Math.max(
    0,
    one_of.findIndex((names) => names.some(isWritten)),
  );
}

/** Whether a field belongs to a way of giving the value that is not used. */
export function isHidden(field: Outline, groups: readonly string[][], present: number): boolean {
  const isGrouped = groups.some((names) => names.includes(field.name));
  return isGrouped && !field.written && !(groups[present] ?? []).includes(field.name);
}
