// Marks: what is told twice is one mark, and what stands too close is one flag.
import { describe, expect, it } from 'vitest';
import type { LogEntry, TimelineEntry } from '../engine/protocol';
import { clustered, gravest, marksOf, merged, type Mark } from './events';

const hang: TimelineEntry = { index: 0, at: 60, what: 'Hang', target: 'db', span: 10, text: 'Hang(target: "db", for: "10s")' };
const set: TimelineEntry = {
  index: 1,
  at: 90,
  what: 'Set',
  target: 'nodes.db.read',
  span: null,
  text: 'Set("nodes.db.read", "Constant(\\"0.2s\\")")',
};

function logged(at: number, what: LogEntry['what'], detail = ''): LogEntry {
  return { at, node: 'db', what, from: what === 'scaled' ? 2 : null, to: what === 'scaled' ? 4 : null, detail };
}

function mark(at: number, kind: Mark['kind'] = 'change', arm: 0 | 1 = 0): Mark {
  return { at, span: null, kind, target: 'x', what: '', detail: '', from: null, to: null, arms: [arm] };
}

describe('marks of an arm', () => {
  it('tells a fault of the text once, though the log tells its start and its end', () => {
    const log = [logged(60, 'broke', 'db/0'), logged(70, 'mended', 'db/0')];
    expect(marksOf([hang], log, 0).map(({ at, kind, target }) => [at, kind, target])).toEqual([[60, 'fault', 'db']]);
  });

  it('keeps what only the log tells, in the order of time', () => {
    const log = [logged(30, 'broke', 'db/1'), logged(40, 'mended', 'db/1'), logged(75, 'scaled')];
    const marks = marksOf([hang], log, 0);
    expect(marks.map(({ at, kind }) => [at, kind])).toEqual([
      [30, 'fault'],
      [40, 'mended'],
      [60, 'fault'],
      [75, 'scaled'],
    ]);
    expect(marks[3]).toMatchObject({ from: 2, to: 4, target: 'db' });
  });

  it('says which value was set, as the text would have it', () => {
    const [change] = marksOf([set], [logged(90, 'changed')], 1);
    expect(change).toMatchObject({ kind: 'change', target: 'nodes.db.read', detail: 'Constant("0.2s")', arms: [1] });
    expect(marksOf([set], [logged(90, 'changed')], 1)).toHaveLength(1);
  });
});

describe('marks of both arms', () => {
  it('are one where they are the same', () => {
    const both = merged(marksOf([hang], [], 0), marksOf([hang, set], [], 1));
    expect(both.map(({ at, arms }) => [at, arms])).toEqual([
      [60, [0, 1]],
      [90, [1]],
    ]);
  });
});

describe('clusters', () => {
  it('hold marks that are too close, and are never too close themselves', () => {
    const marks = [0, 1, 2, 10, 30, 31].map((at) => mark(at));
    const clusters = clustered(marks, (at) => at * 5, 26);
    expect(clusters.map(({ marks }) => marks.length)).toEqual([3, 1, 2]);
    for (const [index, cluster] of clusters.entries()) {
      const before = clusters[index - 1];
      if (before) expect(cluster.x - before.x).toBeGreaterThanOrEqual(26);
    }
  });

  it('lose no mark however many there are', () => {
    const marks = Array.from({ length: 1000 }, (_, index) => mark(index * 0.37));
    const clusters = clustered(marks, (at) => at * 3, 26);
    expect(clusters.reduce((sum, { marks }) => sum + marks.length, 0)).toBe(1000);
    expect(clusters.length).toBeLessThan(45);
  });

  it('show the gravest of what they hold', () => {
    expect(gravest([mark(0, 'mended'), mark(1, 'scaled'), mark(2, 'fault')])).toBe('fault');
    expect(gravest([mark(0, 'mended'), mark(1, 'scaled')])).toBe('scaled');
  });
});
