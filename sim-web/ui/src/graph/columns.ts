// Where the fields of a frame stand, looked up once for a layout: frames are read sixty times a second.
import type { Column, FrameView, GroupName } from '../engine/frame';

const FIELDS = {
  clients: ['offered', 'completed', 'failed', 'retries', 'p50', 'p99'],
  nodes: ['rate', 'failed', 'waiting', 'utilization', 'booting', 'p50', 'p99', 'hitRatio'],
  instances: ['life', 'waiting', 'servers', 'utilization', 'trouble'],
  edges: ['rate', 'failed', 'retries', 'trouble'],
} as const;

type Fields = typeof FIELDS;
type Table<G extends keyof Fields> = Record<Fields[G][number], Column | null>;

export class Columns {
  readonly clients: Table<'clients'>;
  readonly nodes: Table<'nodes'>;
  readonly instances: Table<'instances'>;
  readonly edges: Table<'edges'>;
  readonly #frame: FrameView;

  constructor(frame: FrameView) {
    this.#frame = frame;
    const table = <G extends GroupName>(group: G) =>
      Object.fromEntries(FIELDS[group].map((field) => [field, frame.column(group, field)])) as Table<G>;
    this.clients = table('clients');
    this.nodes = table('nodes');
    this.instances = table('instances');
    this.edges = table('edges');
  }

  isOf(frame: FrameView): boolean {
    return this.#frame === frame;
  }

  /** `NaN` where there is no such record or field. */
  read(column: Column | null, index: number): number {
    if (column === null || index < 0 || index >= column.count) return NaN;
    return this.#frame.data[column.start + index * column.stride] ?? NaN;
  }

  /** 0 where it is not known. */
  known(column: Column | null, index: number): number {
    return this.read(column, index) || 0;
  }
}
