// Rows of tables: matched by name over both arms, and sorted with what is unknown at the end.
import { describe, expect, it } from 'vitest';
import { FrameView } from '../engine/frame';
import type { Description } from '../engine/protocol';
import { COLUMNS, differenceText } from './columns';
import { nextOrder, ordered, rowsOf, valueOf, type Source } from './rows';

const group = (start: number, fields: string[], count: number) => ({ start, stride: fields.length, count, fields });

function source(names: string[], rates: number[], lives: number[]): Source {
  const layout = {
    head: [],
    groups: { nodes: group(0, ['rate'], names.length), instances: group(names.length, ['life'], lives.length) },
    length: names.length + lives.length,
  };
  const nodes = names.map((name, index) => ({ name, client: null, firstInstance: index * 2, mostInstances: 2 }));
  const description = { nodes, edges: [{ from: 0, to: 1 }] } as unknown as Description;
  return { description, frame: new FrameView(layout, Float64Array.from([...rates, ...lives])) };
}

const a = source(['app', 'db'], [10, NaN], [2, 0, 2, 2]);
const b = source(['db', 'app', 'new'], [7, 12, 1], [2, 2, 2, 2, 0, 0]);
const rate = COLUMNS.nodes.find(({ field }) => field === 'rate') ?? { field: 'rate', unit: '/s' as const };

describe('rows', () => {
  it('are the same things in both arms, wherever they stand', () => {
    const rows = rowsOf('nodes', [a, b]);
    expect(rows.map(({ name, places }) => [name, places])).toEqual([
      ['app', [0, 1]],
      ['db', [1, 0]],
      ['new', [-1, 2]],
    ]);
    expect(rows.map((row) => valueOf('nodes', row, rate, [a, b], 'difference'))).toEqual([2, NaN, NaN]);
    expect(valueOf('nodes', rows[2] as never, rate, [a, b], 1)).toBe(1);
  });

  it('leave out instances that could be but are not', () => {
    expect(rowsOf('instances', [a]).map(({ name }) => name)).toEqual(['app/0', 'db/0', 'db/1']);
  });

  it('name calls by both ends', () => {
    expect(rowsOf('edges', [a])[0]).toMatchObject({ name: 'app → db', edge: { from: 'app', to: 'db' } });
  });
});

describe('order', () => {
  it('has what is unknown last, in both directions', () => {
    const names = (isDescending: boolean) =>
      ordered(rowsOf('nodes', [a, b]), 'nodes', COLUMNS.nodes, [a, b], { field: 'rate', of: 0, isDescending }).map(({ name }) => name);
    expect(names(true)).toEqual(['app', 'db', 'new']);
    expect(names(false)).toEqual(['app', 'db', 'new']);
    const byB = ordered(rowsOf('nodes', [a, b]), 'nodes', COLUMNS.nodes, [a, b], { field: 'rate', of: 1, isDescending: true });
    expect(byB.map(({ name }) => name)).toEqual(['app', 'db', 'new']);
  });

  it('sorts names as people count', () => {
    const rows = ['app/10', 'app/9'].map((name) => ({ name, node: null, edge: null, places: [0] }));
    expect(ordered(rows, 'instances', COLUMNS.instances, [a], { field: 'name', of: 0, isDescending: false }).map(({ name }) => name)).toEqual(['app/9', 'app/10']);
  });

  it('goes from the greatest to the least to none', () => {
    const first = nextOrder(null, 'rate', 0, COLUMNS.nodes);
    expect(first).toEqual({ field: 'rate', of: 0, isDescending: true });
    const second = nextOrder(first, 'rate', 0, COLUMNS.nodes);
    expect(second).toEqual({ field: 'rate', of: 0, isDescending: false });
    expect(nextOrder(second, 'rate', 0, COLUMNS.nodes)).toBeNull();
    expect(nextOrder(null, 'name', 0, COLUMNS.nodes)).toMatchObject({ isDescending: false });
  });
});

it('a difference has its sign', () => {
  expect([differenceText('/s', 2.5), differenceText('%', -0.015), differenceText('ms', 0)]).toEqual(['+2.5', '−1.5', '0']);
});
