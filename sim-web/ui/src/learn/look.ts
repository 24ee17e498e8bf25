// What a tour sees of a run, and the questions it asks of it. Pure: the same look, the same answer.
import type { FrameView, GroupName, Rows } from '../engine/frame';
import type { Description, LogEntry, TimelineEntry } from '../engine/protocol';
import { changesOf } from '../inspector/outline';

export interface ArmLook {
  text: string;
  description: Description;
  frame: FrameView;
  rows: Rows;
  log: readonly LogEntry[];
}

export interface Look {
  a: ArmLook;
  b: ArmLook | null;
  /** Simulated seconds. */
  time: number;
  /** When the step began. */
  since: number;
  /** The node that is selected. */
  selected: string | null;
}

/** What a tour does for its reader, and a test for a tour. */
export interface Actor {
  select(node: string): unknown;
  /** From now on, in scenario text. */
  set(path: string, value: string, arm?: 0 | 1): Promise<unknown>;
  strike(fault: string): Promise<unknown>;
  openB(): Promise<unknown>;
  /** Lets time pass, at simulated seconds a second. */
  play(speed: number): unknown;
}

export function has({ description }: ArmLook, names: readonly string[]): boolean {
  return names.every((name) => description.nodes.some((node) => node.name === name));
}

/** A field of a node now. */
export function node(arm: ArmLook, name: string, field: string): number {
  return arm.frame.node(indexOf(arm, name), field);
}

/** A field of all instances of a node now. */
export function instances(arm: ArmLook, name: string, field: string): number[] {
  const found = arm.description.nodes[indexOf(arm, name)];
  if (!found) return [];
  const { firstInstance, mostInstances } = found;
  return Array.from({ length: mostInstances }, (_, index) => arm.frame.instance(firstInstance + index, field));
}

/** The values of a field of a node or client within a span of time, as far as they are known. */
export function within(arm: ArmLook, group: 'clients' | 'nodes', name: string, field: string, from: number, to: number): number[] {
  const { rows } = arm;
  const index = group === 'clients' ? (arm.description.nodes[indexOf(arm, name)]?.client ?? -1) : indexOf(arm, name);
  const found: number[] = [];
  for (let row = Math.max(0, rows.rowAt(from) + 1), last = rows.rowAt(to); row <= last; row += 1) {
    const value = rows.value(row, group as GroupName, index, field);
    if (Number.isFinite(value)) found.push(value);
  }
  return found;
}

/** The mean of a field over the last seconds; `NaN` where too little has passed. */
export function lately(arm: ArmLook, time: number, group: 'clients' | 'nodes', name: string, field: string, seconds: number): number {
  return time < seconds ? NaN : mean(within(arm, group, name, field, time - seconds, time));
}

export function mean(values: readonly number[]): number {
  return values.length === 0 ? NaN : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The largest; `NaN` of none. */
export function most(values: readonly number[]): number {
  const known = values.filter(Number.isFinite);
  return known.length === 0 ? NaN : Math.max(...known);
}

/** What a path has from now on, by the timeline; null where the timeline says nothing, and the text itself decides. */
export function inForce(arm: ArmLook, path: string, time: number): string | null {
  const changes = changesOf(arm.description.timeline).filter((change) => change.path === path && change.at <= time + 1e-3);
  return changes.at(-1)?.value ?? null;
}

/** The faults of a kind that came at a time or later, up to now. */
export function struck(arm: ArmLook, what: string, from: number, time: number): TimelineEntry[] {
  return arm.description.timeline.filter((entry) => entry.what === what && entry.at >= from - 1e-3 && entry.at <= time);
}

export function endOf({ at, span }: TimelineEntry): number {
  return at + (span ?? 0);
}

function indexOf({ description }: ArmLook, name: string): number {
  return description.nodes.findIndex((node) => node.name === name);
}
