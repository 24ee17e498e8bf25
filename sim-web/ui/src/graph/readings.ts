// What the drawing shows of a frame: the numbers of nodes and arrows, and their words, renewed ten times a second where seen.
import type { FrameView } from '../engine/frame';
import { Life, type Description, type NodeDescription } from '../engine/protocol';
import { numbers } from '../language';
import { gridFor, type Grid } from './card';
import { Columns } from './columns';
import { Steady, Trouble, troubleOf, type Vitals } from './trouble';

/** Words are for reading: they change at most this often, in ms. */
const WORDS_EVERY = 100;

export interface NodeReading {
  readonly node: NodeDescription;
  readonly index: number;
  rate: number;
  failed: number;
  waiting: number;
  utilization: number;
  hitRatio: number;
  p50: number;
  p99: number;
  /** A client's own. */
  offered: number;
  completed: number;
  retries: number;
  /** Whether it was ever asked for what it holds: a cache, whatever its kind is called. */
  holds: boolean;
  trouble: Trouble;
  /** The instances that are drawn, by their positions in the group `instances`, and how they stand. */
  shown: Int32Array;
  grid: Grid;
  booting: number;
  down: number;
  /** Ask {@link Readings.words} for it. */
  text: NodeText;
  wordsOf: number;
}

/** As shown. */
export interface NodeText {
  rate: string;
  p99: string;
  p50: string;
  use: string;
  waiting: string;
  hit: string;
  offered: string;
  goodput: string;
  errors: string;
}

const NO_TEXT: NodeText = {
  rate: '',
  p99: '',
  p50: '',
  use: '',
  waiting: '',
  hit: '',
  offered: '',
  goodput: '',
  errors: '',
};

export interface EdgeReading {
  rate: number;
  failed: number;
  retries: number;
  /** Bits: 1 cut, 2 loses requests. */
  trouble: number;
  /** Of a call, in ms. */
  latency: number;
  /** Ask {@link Readings.edgeWords} for it. */
  text: string;
  wordsOf: number;
}

export class Readings {
  readonly nodes: NodeReading[];
  readonly edges: EdgeReading[];
  readonly #description: Description;
  readonly #steady: Steady[];
  #columns: Columns | null = null;
  #wordsAt = -Infinity;
  /** Rises when words may change. */
  #edition = 0;

  constructor(description: Description) {
    this.#description = description;
    this.nodes = description.nodes.map(blank);
    this.edges = description.edges.map(() => {
      return { rate: 0, failed: 0, retries: 0, trouble: 0, latency: 0, text: '', wordsOf: -1 };
    });
    this.#steady = description.nodes.map(() => new Steady());
  }

  /**
   * Takes over a frame. `now` is the reader's time in ms. Where the run stands, no later drawing might bring what is put off here:
   * then everything is as the frame says.
   */
  read(frame: FrameView, now: number, stands = false): Columns {
    const columns = this.#columns?.isOf(frame) ? this.#columns : new Columns(frame);
    this.#columns = columns;
    for (const reading of this.nodes) this.#readNode(columns, reading, now, stands);
    this.edges.forEach((reading, index) => this.#readEdge(columns, reading, index));
    if (stands || now - this.#wordsAt >= WORDS_EVERY) this.retell(now);
    return columns;
  }

  /** Words are renewed when they are next asked for. */
  retell(now = -Infinity): void {
    this.#wordsAt = now;
    this.#edition += 1;
  }

  /** Rates that stand in for a load; only of nodes that have none of their own. */
  hasNoLoad({ node, holds, utilization }: NodeReading): boolean {
    return node.client === null && !holds && Number.isNaN(utilization);
  }

  #readNode(columns: Columns, reading: NodeReading, now: number, stands: boolean): void {
    const { index, node } = reading;
    const { nodes, clients } = columns;
    reading.rate = columns.read(nodes.rate, index);
    reading.failed = columns.known(nodes.failed, index);
    reading.waiting = columns.known(nodes.waiting, index);
    reading.utilization = columns.read(nodes.utilization, index);
    reading.hitRatio = columns.read(nodes.hitRatio, index);
    reading.holds ||= Number.isFinite(reading.hitRatio);
    reading.booting = columns.known(nodes.booting, index);
    reading.p50 = columns.read(nodes.p50, index);
    reading.p99 = columns.read(nodes.p99, index);
    if (node.client !== null) {
      reading.offered = columns.read(clients.offered, node.client);
      reading.completed = columns.known(clients.completed, node.client);
      reading.failed = columns.known(clients.failed, node.client);
      reading.retries = columns.known(clients.retries, node.client);
      reading.p50 = columns.read(clients.p50, node.client);
      reading.p99 = columns.read(clients.p99, node.client);
    }
    const trouble = troubleOf(this.#vitals(columns, reading));
    reading.trouble = this.#steady[index]?.next(trouble, now, stands) ?? trouble;
  }

  #vitals(columns: Columns, reading: NodeReading): Vitals {
    const { node } = reading;
    const { life, servers, trouble } = columns.instances;
    let [instances, up, hanging, down, served] = [0, 0, 0, 0, 0];
    const end = node.client === null ? Math.min(node.firstInstance + node.mostInstances, life?.count ?? 0) : 0;
    for (let at = node.firstInstance; at < end; at += 1) {
      const state = columns.read(life, at);
      if (state === Life.Absent) continue;
      if (reading.shown.length === instances) reading.shown = longer(reading.shown);
      reading.shown[instances] = at;
      instances += 1;
      if (state === Life.Down) down += 1;
      if (state !== Life.Up) continue;
      up += 1;
      served += columns.read(servers, at);
      if ((columns.known(trouble, at) & 1) === 1) hanging += 1;
    }
    if (reading.grid.count !== instances) reading.grid = gridFor(instances);
    reading.down = down;
    return {
      isClient: node.client !== null,
      rate: node.client === null ? reading.rate : reading.completed + reading.failed,
      failed: reading.failed,
      waiting: reading.waiting,
      utilization: reading.utilization,
      servers: served,
      instances,
      up,
      booting: reading.booting,
      hanging,
    };
  }

  #readEdge(columns: Columns, reading: EdgeReading, index: number): void {
    const edge = this.#description.edges[index];
    const { edges } = columns;
    reading.rate = columns.known(edges.rate, index);
    reading.failed = columns.known(edges.failed, index);
    reading.retries = columns.known(edges.retries, index);
    reading.trouble = columns.known(edges.trouble, index);
    if (edge) reading.latency = edge.latency * 1000 + (this.nodes[edge.to]?.p50 || 0);
  }

  /** The numbers of a node as words. */
  words(reading: NodeReading): NodeText {
    const { text } = reading;
    if (reading.wordsOf === this.#edition) return text;
    reading.wordsOf = this.#edition;
    text.rate = numbers.rate(reading.rate);
    text.p50 = numbers.latency(reading.p50);
    text.p99 = numbers.latency(reading.p99);
    text.use = Number.isFinite(reading.utilization) ? `${Math.round(reading.utilization * 100)}%` : '';
    text.waiting = reading.waiting < 1000 ? numbers.count(reading.waiting) : numbers.short(reading.waiting);
    text.hit = numbers.share(reading.hitRatio);
    if (reading.node.client === null) return text;
    text.offered = numbers.rate(reading.offered);
    text.goodput = numbers.rate(reading.completed);
    const ended = reading.completed + reading.failed;
    text.errors = numbers.share(ended > 0 ? reading.failed / ended : 0);
    return text;
  }

  /** The numbers of an arrow as words: what runs along it, what fails, what is tried again. */
  edgeWords(reading: EdgeReading): string {
    if (reading.wordsOf === this.#edition) return reading.text;
    reading.wordsOf = this.#edition;
    const failed = reading.failed > 0 ? `  ✕ ${numbers.rate(reading.failed)}` : '';
    const retries = reading.retries > 0 ? `  ↻ ${numbers.rate(reading.retries)}` : '';
    reading.text = numbers.rate(reading.rate) + failed + retries;
    return reading.text;
  }
}

function blank(node: NodeDescription, index: number): NodeReading {
  return {
    node,
    index,
    rate: NaN,
    failed: 0,
    waiting: 0,
    utilization: NaN,
    hitRatio: NaN,
    p50: NaN,
    p99: NaN,
    offered: NaN,
    completed: 0,
    retries: 0,
    holds: false,
    trouble: Trouble.None,
    shown: new Int32Array(Math.max(1, node.instances)),
    grid: gridFor(0),
    booting: 0,
    down: 0,
    text: { ...NO_TEXT },
    wordsOf: -1,
  };
}

function longer(array: Int32Array): Int32Array {
  const larger = new Int32Array(array.length * 2);
  larger.set(array);
  return larger;
}
