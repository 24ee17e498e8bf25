// Which charts the strip has and which lines each of them: read from rows, named, coloured, and in what unit.
import type { FrameView, Rows } from '../engine/frame';
import type { Description } from '../engine/protocol';
import { numbers } from '../language';
import type { ArmIndex } from '../state/studio.svelte';
import { shareOf } from './samples';
import { words } from './words';

export type ChartKey = 'load' | 'latency' | 'errors' | 'instances';

export interface Line {
  /** The same in both arms. */
  key: string;
  arm: ArmIndex;
  /** The name of a colour of the palette. */
  colour: string;
  width: number;
  isDashed: boolean;
  isStepped: boolean;
  isFilled: boolean;
  /** Over time, and of the last moments. */
  read: (rows: Rows) => Float64Array;
  now: (frame: FrameView) => number;
}

export interface Chart {
  key: ChartKey;
  lines: Line[];
  /** The share of the height that it gets. */
  weight: number;
  /** The axis reaches at least so far: a chart of nothing is not one of noise. */
  atLeast: number;
  /** What no value is beyond. */
  atMost?: number;
}

export interface Shown {
  arm: ArmIndex;
  description: Description;
  /** The client whose users are looked at, by its position in the group `clients`. */
  client: number;
}

/** More services than these have no line of their own. */
const MOST_SERVICES = 6;

type Style = Pick<Line, 'key' | 'colour' | 'width'> & Partial<Line>;

/** The charts of what is open, those first that are read first. */
export function chartsOf(shown: readonly Shown[]): Chart[] {
  const services = [...new Set(shown.flatMap(({ description }) => servicesOf(description)))].slice(0, MOST_SERVICES);
  const charts: Chart[] = [
    { key: 'load', weight: 1.2, atLeast: 1, lines: shown.flatMap((one) => loadLines(one, shown.length > 1)) },
    { key: 'latency', weight: 1.4, atLeast: 1, lines: shown.flatMap((one) => latencyLines(one, shown.length > 1)) },
    { key: 'errors', weight: 0.8, atLeast: 0.01, atMost: 1, lines: shown.flatMap((one) => errorLines(one, shown.length > 1)) },
  ];
  if (services.length > 0) {
    const lines = shown.flatMap((one) => instanceLines(one, services, shown.length > 1));
    charts.push({ key: 'instances', weight: 0.8, atLeast: 2, lines });
  }
  return charts;
}

/** Nodes with instances that come, go or break: scaled ones first. */
export function servicesOf(description: Description): string[] {
  const several = description.nodes.filter(({ client, mostInstances }) => client === null && mostInstances > 1);
  const isScaled = ({ instances, mostInstances }: (typeof several)[number]) => Number(mostInstances > instances);
  return several.sort((one, other) => isScaled(other) - isScaled(one)).map(({ name }) => name);
}

/** The name of a line beside its chart. */
export function lineName(key: string): string {
  switch (key) {
    case 'offered':
      return words.offered;
    case 'completed':
      return words.answered;
    case 'failed':
      return words.failed;
    case 'share':
      return words.share;
    default:
      return key;
  }
}

/** The value of a line for people. */
export function valueText(chart: ChartKey, value: number): string {
  switch (chart) {
    case 'load':
      return numbers.rate(value);
    case 'latency':
      return numbers.latency(value);
    case 'errors':
      return numbers.share(value);
    case 'instances':
      return numbers.count(value);
  }
}

/** A mark of an axis: as short as it can be. */
export function tickText(chart: ChartKey, value: number): string {
  switch (chart) {
    case 'load':
      return value < 1000 ? numbers.plain(value) : `${numbers.plain(value / 1000)} k`;
    case 'latency':
      return value >= 1000 ? `${numbers.plain(value / 1000)} s` : value < 1 && value > 0 ? `${numbers.plain(value * 1000)} µs` : `${numbers.plain(value)} ms`;
    case 'errors':
      return `${numbers.plain(value * 100)}%`;
    case 'instances':
      return numbers.plain(value);
  }
}

type Reading = Pick<Line, 'read' | 'now'>;

function line({ arm }: Shown, hasTwo: boolean, style: Style, reading: Reading): Line {
  const colour = hasTwo ? (arm === 0 ? 'arm-a' : 'arm-b') : style.colour;
  return { isStepped: false, isFilled: false, ...style, arm, colour, isDashed: arm === 1, ...reading };
}

function ofClient(client: number, field: string): Reading {
  return { read: (rows) => rows.series('clients', client, field), now: (frame) => frame.client(client, field) };
}

function loadLines(shown: Shown, hasTwo: boolean): Line[] {
  const { client } = shown;
  return [
    line(shown, hasTwo, { key: 'offered', colour: 'faint', width: 1 }, ofClient(client, 'offered')),
    line(shown, hasTwo, { key: 'completed', colour: 'series-1', width: 2 }, ofClient(client, 'completed')),
    line(shown, hasTwo, { key: 'failed', colour: 'error', width: 1, isFilled: !hasTwo }, ofClient(client, 'failed')),
  ];
}

function latencyLines(shown: Shown, hasTwo: boolean): Line[] {
  const { client } = shown;
  return [
    line(shown, hasTwo, { key: 'p50', colour: 'use-3', width: 1 }, ofClient(client, 'p50')),
    line(shown, hasTwo, { key: 'p95', colour: 'use-5', width: 1.25 }, ofClient(client, 'p95')),
    line(shown, hasTwo, { key: 'p99', colour: 'use-8', width: 2 }, ofClient(client, 'p99')),
  ];
}

function errorLines(shown: Shown, hasTwo: boolean): Line[] {
  const [failed, completed] = [ofClient(shown.client, 'failed'), ofClient(shown.client, 'completed')];
  const reading: Reading = {
    read: (rows) => shareOf(failed.read(rows), completed.read(rows)),
    now: (frame) => failed.now(frame) / (failed.now(frame) + completed.now(frame)),
  };
  return [line(shown, hasTwo, { key: 'share', colour: 'error', width: 1.5, isFilled: !hasTwo }, reading)];
}

function instanceLines(shown: Shown, services: string[], hasTwo: boolean): Line[] {
  const { nodes } = shown.description;
  return services.flatMap((name, place) => {
    const node = nodes.findIndex((one) => one.name === name);
    if (node < 0) return [];
    const own = `series-${[1, 3, 4, 2, 6, 5][place]}`;
    const reading: Reading = { read: (rows) => rows.series('nodes', node, 'ready'), now: (frame) => frame.node(node, 'ready') };
    const drawn = line(shown, hasTwo, { key: name, colour: own, width: 1.5, isStepped: true }, reading);
    // Several services keep their colours with two arms: only the dashes tell the arms apart then.
    return [services.length > 1 ? { ...drawn, colour: own } : drawn];
  });
}
