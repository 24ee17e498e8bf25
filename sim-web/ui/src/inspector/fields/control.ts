// Which control a parameter gets, by what the engine says of it; which come first; and which of several ways to give a value is used.
import type { Outline } from '../../engine/protocol';

export type Control = 'number' | 'choice' | 'truth' | 'list' | 'map' | 'fields' | 'name' | 'text';

/** By the kind of the value alone: nothing here knows a kind of node, a policy or a parameter by name. */
export function controlOf({ kind, names }: Outline): Control {
  switch (kind) {
    case 'quantity':
    case 'whole':
      return 'number';
    case 'choice':
    case 'truth':
    case 'list':
    case 'map':
      return kind;
    case 'table':
    case 'tuple':
      return 'fields';
    case 'text':
      return names.length > 0 ? 'name' : 'text';
    case 'anything':
      return 'text';
  }
}

/** The fields of a table as they are shown: those that come first, and those that are folded away. */
export function fieldsOf(part: Outline): { group: number; first: Outline[]; further: Outline[] } {
  const group = presentGroup(part);
  const visible = part.parts.filter((field) => !isHidden(field, part.one_of, group));
  return { group, first: visible.filter(isFirst), further: visible.filter((field) => !isFirst(field)) };
}

/** What is written or has to be, and choices that are made by default: a policy is looked for even if it is not written. */
function isFirst(field: Outline): boolean {
  return field.written || field.required || (field.kind === 'choice' && field.default !== null);
}

/** The position of the group whose fields are written; the first where none is. */
function presentGroup({ one_of, parts }: Outline): number {
  const isWritten = (name: string) => parts.some((part) => part.name === name && part.written);
  return Math.max(
    0,
    one_of.findIndex((names) => names.some(isWritten)),
  );
}

/** Whether a field belongs to a way of giving the value that is not used. */
function isHidden(field: Outline, groups: readonly string[][], present: number): boolean {
  const isGrouped = groups.some((names) => names.includes(field.name));
  return isGrouped && !field.written && !(groups[present] ?? []).includes(field.name);
}
