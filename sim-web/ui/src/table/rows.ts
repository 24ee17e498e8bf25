// The rows of the tables, out of what a scenario is and a frame; and their order.
import type { FrameView, GroupName } from '../engine/frame';
import { Life, type Description } from '../engine/protocol';
import { isNumber, type Column } from './columns';

export interface Row {
  /** The same in both arms. */
  name: string;
  /** What is to be selected: a node, or both ends of a call. */
  node: string | null;
  edge: { from: string; to: string } | null;
  /** By arm: the position in its group, or −1. */
  places: number[];
}

export interface Source {
  description: Description;
  frame: FrameView;
}

export interface Order {
  field: string;
  /** An arm, or the difference of both. */
  of: number | 'difference';
  isDescending: boolean;
}

/** What there is of a group in any of the arms, in the order of the description. */
export function rowsOf(group: GroupName, sources: readonly Source[]): Row[] {
  const found = new Map<string, Row>();
  sources.forEach((source, arm) => {
    for (const { name, node, edge, place } of namesOf(group, source)) {
      const row = found.get(name) ?? { name, node, edge, places: sources.map(() => -1) };
      row.places[arm] = place;
      found.set(name, row);
    }
  });
  return [...found.values()];
}

export function valueOf(group: GroupName, row: Row, column: Column, sources: readonly Source[], of: Order['of']): number {
  const read = (arm: number) => sources[arm]?.frame.value(group, row.places[arm] ?? -1, column.field) ?? NaN;
  return of === 'difference' ? read(1) - read(0) : read(of);
}

/** Sorted by a column; what is not known comes last in either direction. */
export function ordered(rows: readonly Row[], group: GroupName, columns: readonly Column[], sources: readonly Source[], order: Order | null): Row[] {
  const column = columns.find(({ field }) => field === order?.field);
  if (!order || !column) {
    const isByName = order?.field === 'name';
    if (!isByName) return [...rows];
    const sorted = [...rows].sort((one, other) => one.name.localeCompare(other.name, undefined, { numeric: true }));
    return order.isDescending ? sorted.reverse() : sorted;
  }
  const value = (row: Row) => valueOf(group, row, column, sources, order.of);
  const keyed = rows.map((row) => ({ row, key: value(row) }));
  keyed.sort((one, other) => {
    const [isOneNone, isOtherNone] = [Number.isNaN(one.key), Number.isNaN(other.key)];
    if (isOneNone || isOtherNone) return Number(isOneNone) - Number(isOtherNone);
    return order.isDescending ? other.key - one.key : one.key - other.key;
  });
  return keyed.map(({ row }) => row);
}

/** The order after a head was pressed: numbers first from the greatest, names from A, then the other way, then as it was. */
export function nextOrder(order: Order | null, field: string, of: Order['of'], columns: readonly Column[]): Order | null {
  const column = columns.find((one) => one.field === field);
  const isDescendingFirst = column !== undefined && isNumber(column.unit);
  if (order?.field !== field || order.of !== of) return { field, of, isDescending: isDescendingFirst };
  return order.isDescending === isDescendingFirst ? { field, of, isDescending: !isDescendingFirst } : null;
}

interface Named {
  name: string;
  node: string | null;
  edge: Row['edge'];
  place: number;
}

function namesOf(group: GroupName, { description, frame }: Source): Named[] {
  const { nodes, edges } = description;
  switch (group) {
    case 'clients':
      return nodes.flatMap(({ name, client }) => (client === null ? [] : [{ name, node: name, edge: null, place: client }]));
    case 'nodes':
      return nodes.map(({ name }, place) => ({ name, node: name, edge: null, place }));
    case 'edges':
      return edges.map(({ from, to }, place) => {
        const ends = { from: nodes[from]?.name ?? '', to: nodes[to]?.name ?? '' };
        return { name: `${ends.from} → ${ends.to}`, node: null, edge: ends, place };
      });
    case 'instances':
      return nodes.flatMap(({ name, client, firstInstance, mostInstances }) => {
        if (client !== null) return [];
        const all = Array.from({ length: mostInstances }, (_, index) => index);
        // Instances that an autoscaler could add are not there until it does.
        const present = all.filter((index) => frame.instance(firstInstance + index, 'life') !== Life.Absent);
        return present.map((index) => ({ name: `${name}/${index}`, node: name, edge: null, place: firstInstance + index }));
      });
  }
}
