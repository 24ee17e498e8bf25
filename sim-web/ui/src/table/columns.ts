// The columns of each table: which field of a frame, in which unit, and what it means.
import type { GroupName } from '../engine/frame';
import { Life, type MetricInfo } from '../engine/protocol';
import { language, numbers } from '../language';
import { words } from './words';

export type Unit = '/s' | 'ms' | '%' | '' | 'life' | 'trouble';

export interface Column {
  /** The field of the frame. */
  field: string;
  unit: Unit;
  /** The metric of the engine that means the same, if there is one. */
  metric?: string;
}

const PERCENTILES: Column[] = [
  { field: 'p50', unit: 'ms', metric: 'p50' },
  { field: 'p95', unit: 'ms', metric: 'p95' },
  { field: 'p99', unit: 'ms', metric: 'p99' },
];

export const COLUMNS: Readonly<Record<GroupName, readonly Column[]>> = {
  clients: [
    { field: 'offered', unit: '/s', metric: 'offered_rate' },
    { field: 'completed', unit: '/s', metric: 'throughput' },
    { field: 'failed', unit: '/s' },
    { field: 'retries', unit: '/s' },
    { field: 'inFlight', unit: '', metric: 'in_flight' },
    ...PERCENTILES,
  ],
  nodes: [
    { field: 'rate', unit: '/s', metric: 'request_rate' },
    { field: 'failed', unit: '/s' },
    { field: 'present', unit: '', metric: 'visits' },
    { field: 'waiting', unit: '', metric: 'queue' },
    { field: 'utilization', unit: '%', metric: 'utilization' },
    { field: 'ready', unit: '' },
    { field: 'booting', unit: '' },
    { field: 'p50', unit: 'ms' },
    { field: 'p99', unit: 'ms' },
    { field: 'hitRatio', unit: '%', metric: 'hit_ratio' },
  ],
  instances: [
    { field: 'life', unit: 'life' },
    { field: 'present', unit: '', metric: 'visits' },
    { field: 'waiting', unit: '', metric: 'queue' },
    { field: 'busy', unit: '' },
    { field: 'servers', unit: '' },
    { field: 'utilization', unit: '%', metric: 'utilization' },
    { field: 'trouble', unit: 'trouble' },
  ],
  edges: [
    { field: 'rate', unit: '/s' },
    { field: 'failed', unit: '/s' },
    { field: 'retries', unit: '/s' },
    { field: 'trouble', unit: 'trouble' },
  ],
};

/** What stands above a column, without its unit. */
export function headOf(group: GroupName, { field }: Column): string {
  if (group === 'edges' && field === 'rate') return words.requests;
  switch (field) {
    case 'p50':
    case 'p95':
    case 'p99':
      return field;
    default:
      return words[field as 'offered'];
  }
}

/** What a column means: in the engine's own words where it has them, in English; the catalogue knows no other language. */
export function aboutOf(group: GroupName, column: Column, metrics: readonly MetricInfo[]): string {
  const metric = metrics.find(({ name }) => name === column.metric);
  if (metric && language.current === 'en') return `${metric.doc.charAt(0).toUpperCase()}${metric.doc.slice(1)}.`;
  const share = column.field.slice(1);
  switch (column.field) {
    case 'p50':
    case 'p95':
    case 'p99':
      return group === 'clients' ? words.aboutPercentile(share) : words.aboutNodePercentile(share);
    case 'failed':
      return group === 'nodes' ? words.aboutFailedVisits : words.aboutFailed;
    case 'rate':
      return group === 'edges' ? words.aboutRequests : words.aboutRate;
    default:
      return words[`about${column.field.charAt(0).toUpperCase()}${column.field.slice(1)}` as 'aboutOffered'];
  }
}

/** A value as it stands in a cell; its unit stands above the column. */
export function cellText(group: GroupName, unit: Unit, value: number): string {
  switch (unit) {
    case '%':
      return numbers.plain(value * 100);
    case 'life':
      return lifeText(value);
    case 'trouble':
      return troubleText(group, value);
    default:
      return numbers.plain(value);
  }
}

/** A difference, always with its sign. */
export function differenceText(unit: Unit, value: number): string {
  const text = numbers.plain(unit === '%' ? Math.abs(value) * 100 : Math.abs(value));
  if (Number.isNaN(value) || value === 0) return Number.isNaN(value) ? text : '0';
  return `${value > 0 ? '+' : '−'}${text}`;
}

/** Whether it is a number that can be subtracted. */
export function isNumber(unit: Unit): boolean {
  return unit !== 'life' && unit !== 'trouble';
}

function lifeText(value: number): string {
  switch (value as Life) {
    case Life.Booting:
      return words.lifeBooting;
    case Life.Up:
      return words.lifeUp;
    case Life.Draining:
      return words.lifeDraining;
    case Life.Down:
      return words.lifeDown;
    default:
      return numbers.plain(NaN);
  }
}

function troubleText(group: GroupName, value: number): string {
  if (Number.isNaN(value)) return numbers.plain(NaN);
  const [grave, mild] = group === 'edges' ? [words.cut, words.lossy] : [words.still, words.slow];
  return [...(value & 1 ? [grave] : []), ...(value & 2 ? [mild] : [])].join(', ');
}
