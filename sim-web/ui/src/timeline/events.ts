// What happened and what is to come, from the timeline of the text and the log of the run: one list of marks, and marks that
// stand too close to be told apart gathered in clusters.
import type { LogEntry, TimelineEntry } from '../engine/protocol';
import type { ArmIndex } from '../state/studio.svelte';

export type MarkKind = 'fault' | 'change' | 'scaled' | 'mended';

export interface Mark {
  at: number;
  /** How long it lasts, in seconds; none where that is not known or it is over at once. */
  span: number | null;
  kind: MarkKind;
  /** Whom it is about: a node, an instance, a path. */
  target: string;
  /** `Crash`, `Slow`; empty for what the log tells. */
  what: string;
  /** As written, or the value that was set. */
  detail: string;
  /** Instances before and after, where it was scaled. */
  from: number | null;
  to: number | null;
  /** In which arms. */
  arms: ArmIndex[];
}

export interface Cluster {
  /** In pixels from the left of the time axis. */
  x: number;
  marks: Mark[];
}

/** Times closer than this are the same instant told twice. */
const SAME = 1e-6;

/** The marks of one arm, in the order of time. */
export function marksOf(timeline: readonly TimelineEntry[], log: readonly LogEntry[], arm: ArmIndex): Mark[] {
  const written = timeline.map((entry) => ofEntry(entry, arm));
  const seen = log.filter((entry) => !isWritten(entry, timeline)).map((entry) => ofLog(entry, arm));
  return [...written, ...seen].sort((one, other) => one.at - other.at);
}

/** The marks of both arms in one list: what is the same in both is one mark. */
export function merged(a: readonly Mark[], b: readonly Mark[]): Mark[] {
  const found = new Map<string, Mark>();
  for (const mark of [...a, ...b]) {
    const key = JSON.stringify([mark.at, mark.kind, mark.target, mark.what, mark.detail, mark.from, mark.to, mark.span]);
    const known = found.get(key);
    if (known) known.arms = [...new Set([...known.arms, ...mark.arms])].sort();
    else found.set(key, { ...mark });
  }
  return [...found.values()].sort((one, other) => one.at - other.at);
}

/** Groups marks whose flags would overlap: two of different groups are at least `room` pixels apart. */
export function clustered(marks: readonly Mark[], xOf: (at: number) => number, room: number): Cluster[] {
  const clusters: Cluster[] = [];
  for (const mark of marks) {
    const x = xOf(mark.at);
    const last = clusters.at(-1);
    if (last && x - last.x < room) last.marks.push(mark);
    else clusters.push({ x, marks: [mark] });
  }
  return clusters;
}

/** Of several kinds the gravest stands for all. */
export function gravest(marks: readonly Mark[]): MarkKind {
  const order: MarkKind[] = ['fault', 'change', 'scaled', 'mended'];
  return order.find((kind) => marks.some((mark) => mark.kind === kind)) ?? 'change';
}

function ofEntry(entry: TimelineEntry, arm: ArmIndex): Mark {
  const { at, span, target, what, text } = entry;
  const isChange = what === 'Set';
  const detail = isChange ? valueOf(text) : text;
  return { at, span, kind: isChange ? 'change' : 'fault', target, what, detail, from: null, to: null, arms: [arm] };
}

function ofLog(entry: LogEntry, arm: ArmIndex): Mark {
  const { at, node, what, from, to, detail } = entry;
  const common = { at, span: null, what: '', from, to, arms: [arm] };
  switch (what) {
    case 'scaled':
      return { ...common, kind: 'scaled', target: node, detail: '' };
    case 'broke':
      return { ...common, kind: 'fault', target: detail || node, detail: '' };
    case 'mended':
      return { ...common, kind: 'mended', target: detail || node, detail: '' };
    case 'changed':
      return { ...common, kind: 'change', target: node, detail };
  }
}

/** Whether the log tells what the text says already: the start or the end of a fault, or a change. */
function isWritten(entry: LogEntry, timeline: readonly TimelineEntry[]): boolean {
  if (entry.what === 'scaled') return false;
  const strikes = ({ target }: TimelineEntry) => target === entry.node || target === entry.detail;
  const isAt = (at: number) => Math.abs(at - entry.at) < SAME;
  if (entry.what === 'changed') return timeline.some((line) => line.what === 'Set' && isAt(line.at));
  return timeline.some((line) => {
    if (line.what === 'Set' || !strikes(line)) return false;
    return isAt(entry.what === 'broke' ? line.at : line.at + (line.span ?? 0));
  });
}

/** The value of `Set("path", "value")`, as it would stand in the text. */
function valueOf(text: string): string {
  const [, quoted] = /^Set\(\s*"(?:[^"\\]|\\.)*"\s*,\s*("(?:[^"\\]|\\.)*")\s*,?\s*\)$/s.exec(text.trim()) ?? [];
  if (quoted === undefined) return text;
  try {
    return JSON.parse(quoted) as string;
  } catch {
    return quoted.slice(1, -1);
  }
}
