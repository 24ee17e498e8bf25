// Reads frames and rows, flat arrays of numbers, by the layout that the engine describes. Nothing is allocated per reading.
import type { Layout } from './protocol';

export type GroupName = 'clients' | 'nodes' | 'instances' | 'edges';

/** Where a field stands: the value of record `i` is at `start + i * stride`. */
export interface Column {
  start: number;
  stride: number;
  count: number;
}

const NOTHING = new Float64Array(0);
const NO_LAYOUT: Layout = { head: [], groups: {}, length: 0 };

/** Positions of all fields of a layout, looked up once. */
class Fields {
  readonly head = new Map<string, number>();
  readonly groups = new Map<string, Map<string, Column>>();

  constructor(layout: Layout) {
    layout.head.forEach((field, index) => this.head.set(field, index));
    for (const [name, group] of Object.entries(layout.groups)) {
      const columns = group.fields.map((field, index): [string, Column] => {
        return [field, { start: group.start + index, stride: group.stride, count: group.count }];
      });
      this.groups.set(name, new Map(columns));
    }
  }

  /** The position of a field of a record, or −1. */
  at(group: GroupName, index: number, field: string): number {
    const column = this.groups.get(group)?.get(field);
    return column && index >= 0 && index < column.count ? column.start + index * column.stride : -1;
  }
}

/** One frame: `frame.node(2, 'utilization')`. What is not there is `NaN`. The array can be replaced under it. */
export class FrameView {
  readonly layout: Layout;
  readonly #fields: Fields;
  data: Float64Array;

  constructor(layout: Layout = NO_LAYOUT, data: Float64Array = NOTHING) {
    this.layout = layout;
    this.data = data;
    this.#fields = new Fields(layout);
  }

  /** Whether a frame has arrived. */
  get isThere(): boolean {
    return this.data.length > 0;
  }

  /** Whether an array can be a frame of this layout. */
  fits(data: Float64Array): boolean {
    return data.length === this.layout.length;
  }

  head(field: string): number {
    const position = this.#fields.head.get(field);
    return position === undefined ? NaN : (this.data[position] ?? NaN);
  }

  client(index: number, field: string): number {
    return this.value('clients', index, field);
  }

  node(index: number, field: string): number {
    return this.value('nodes', index, field);
  }

  instance(index: number, field: string): number {
    return this.value('instances', index, field);
  }

  edge(index: number, field: string): number {
    return this.value('edges', index, field);
  }

  value(group: GroupName, index: number, field: string): number {
    const position = this.#fields.at(group, index, field);
    return position < 0 ? NaN : (this.data[position] ?? NaN);
  }

  /** For loops over all records: read `data[start + i * stride]`. None if there is no such field. */
  column(group: GroupName, field: string): Column | null {
    return this.#fields.groups.get(group)?.get(field) ?? null;
  }
}

/** All rows of a run, one after another in one array that grows. */
export class Rows {
  readonly layout: Layout;
  readonly #fields: Fields;
  #data = NOTHING;
  #count = 0;
  /** Rises with every change, also where the count stays. */
  version = 0;

  constructor(layout: Layout = NO_LAYOUT) {
    this.layout = layout;
    this.#fields = new Fields(layout);
  }

  get count(): number {
    return this.#count;
  }

  /** Takes rows that stand at `first` and later; rows from `valid` on are no longer true. */
  accept(rows: Float64Array | null, first: number, valid: number): void {
    const { length } = this.layout;
    if (length === 0) return;
    if (rows !== null && rows.length > 0 && first <= this.#count) {
      const end = first + rows.length / length;
      this.#grow(end * length);
      this.#data.set(rows, first * length);
      this.#count = end;
      this.version += 1;
    }
    if (valid < this.#count) {
      this.#count = valid;
      this.version += 1;
    }
  }

  /** Forgets the rows from `count` on. */
  shorten(count: number): void {
    if (count >= this.#count) return;
    this.#count = Math.max(0, count);
    this.version += 1;
  }

  head(row: number, field: string): number {
    const position = this.#fields.head.get(field);
    return position === undefined ? NaN : this.#read(row, position);
  }

  value(row: number, group: GroupName, index: number, field: string): number {
    const position = this.#fields.at(group, index, field);
    return position < 0 ? NaN : this.#read(row, position);
  }

  /** All numbers of a row, as its layout says. */
  numbers(row: number): Float64Array {
    const { length } = this.layout;
    return this.#data.subarray(row * length, (row + 1) * length);
  }

  /** The ends of all intervals, in seconds. */
  times(from = 0): Float64Array {
    return this.#gather(this.#fields.head.get('t') ?? -1, from);
  }

  /** A field over time, from row `from` on: a new array, for charts. */
  series(group: GroupName, index: number, field: string, from = 0): Float64Array {
    return this.#gather(this.#fields.at(group, index, field), from);
  }

  /** The last row that ends at `t` or before, or −1. */
  rowAt(t: number): number {
    let low = 0;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.head(middle, 't') <= t + 1e-9) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  #read(row: number, position: number): number {
    if (row < 0 || row >= this.#count) return NaN;
    return this.#data[row * this.layout.length + position] ?? NaN;
  }

  #gather(position: number, from: number): Float64Array {
    const found = new Float64Array(Math.max(0, this.#count - from));
    for (let row = from; row < this.#count; row += 1) {
      found[row - from] = position < 0 ? NaN : (this.#data[row * this.layout.length + position] ?? NaN);
    }
    return found;
  }

  #grow(length: number): void {
    if (length <= this.#data.length) return;
    const larger = new Float64Array(Math.max(length, this.#data.length * 2, 64 * this.layout.length));
    larger.set(this.#data.subarray(0, this.#count * this.layout.length));
    this.#data = larger;
  }
}
