// Gathers from a run what is known of a node, for the sentence that explains it.
import { Life, type Description, type LogEntry, type NodeDescription } from '../engine/protocol';
import type { FrameView, Rows } from '../engine/frame';
import type { Facts } from './explain';

/** So many intervals tell whether a line grows. */
const INTERVALS = 8;

interface Run {
  description: Description;
  frame: FrameView;
  rows: Rows;
  log: readonly LogEntry[];
}

export function factsOf(run: Run, index: number): Facts | null {
  const node = run.description.nodes[index];
  if (!node || !run.frame.isThere) return null;
  const { frame } = run;
  const own = (field: string) => frame.node(index, field);
  const isClient = node.client !== null;
  const client = (field: string) => (node.client === null ? NaN : frame.client(node.client, field));
  const lives = instancesOf(frame, node);
  const down = lives.filter(({ life }) => life === Life.Down);
  const ready = own('ready');
  return {
    isClient,
    rate: isClient ? client('offered') : own('rate'),
    failed: isClient ? client('failed') : own('failed'),
    completed: client('completed'),
    retried: client('retries'),
    p99: isClient ? client('p99') : own('p99'),
    present: isClient ? client('inFlight') : own('present'),
    waiting: own('waiting'),
    utilization: own('utilization'),
    hitRatio: own('hitRatio'),
    capacity: node.capacity,
    ready,
    booting: own('booting'),
    down: down.length,
    slow: lives.filter(({ life, trouble }) => life !== Life.Absent && (trouble & 2) > 0).length,
    still: lives.filter(({ life, trouble }) => life !== Life.Absent && (trouble & 1) > 0).length,
    // A balancer, a cache or a name has no instances that could be down.
    instances: node.pools.length === 0 ? 0 : lives.filter(({ life }) => life !== Life.Absent).length,
    downSince: downSince(run.log, down.map(({ name }) => name), frame.head('now')),
    pools: node.pools.map(({ name, servers }) => ({ name, servers: servers === null ? null : servers * ready })),
    mainPool: node.mainPool === null ? null : (node.pools[node.mainPool]?.name ?? null),
    ...neighbours(run, index),
    ...waited(run.rows, index, frame.head('now')),
  };
}

interface Instance {
  name: string;
  life: number;
  trouble: number;
}

function instancesOf(frame: FrameView, { name, firstInstance, mostInstances }: NodeDescription): Instance[] {
  const found: Instance[] = [];
  for (let at = 0; at < mostInstances; at += 1) {
    const life = frame.instance(firstInstance + at, 'life');
    const trouble = frame.instance(firstInstance + at, 'trouble');
    if (!Number.isNaN(life)) found.push({ name: `${name}/${at}`, life, trouble });
  }
  return found;
}

function neighbours({ description, frame }: Run, index: number): Pick<Facts, 'callers' | 'retriesIn' | 'rateIn' | 'callees'> {
  const found: Pick<Facts, 'callers' | 'retriesIn' | 'rateIn' | 'callees'> = { callers: 0, retriesIn: 0, rateIn: 0, callees: [] };
  description.edges.forEach((edge, at) => {
    if (edge.to === index) {
      found.callers += 1;
      found.retriesIn += frame.edge(at, 'retries') || 0;
      found.rateIn += frame.edge(at, 'rate') || 0;
    }
    const callee = description.nodes[edge.to];
    if (edge.from !== index || !callee) return;
    const of = (field: string) => frame.node(edge.to, field);
    const ready = callee.pools.length === 0 ? NaN : of('ready');
    found.callees.push({ name: callee.name, waiting: of('waiting'), utilization: of('utilization'), ready });
  });
  return found;
}

/**
 * Since when the first of these instances is down: the log says that one broke, and not yet that it was mended. Nothing where
 * several faults of one instance overlap, as it is not known which of them took it down.
 */
export function downSince(log: readonly LogEntry[], instances: readonly string[], now: number): number | null {
  const broken = new Map<string, number[]>(instances.map((name) => [name, []]));
  for (const entry of log) {
    const open = broken.get(entry.detail);
    if (!open || entry.at > now + 1e-9) continue;
    if (entry.what === 'broke') open.push(entry.at);
    if (entry.what === 'mended') open.pop();
  }
  const times = [...broken.values()];
  return times.length > 0 && times.every((open) => open.length === 1) ? Math.min(...times.flat()) : null;
}

function waited(rows: Rows, index: number, now: number): Pick<Facts, 'waited' | 'waitedSpan'> {
  const last = rows.rowAt(now);
  const first = Math.max(0, last - INTERVALS + 1);
  const counts: number[] = [];
  for (let row = first; row <= last; row += 1) counts.push(rows.value(row, 'nodes', index, 'waiting'));
  const span = last > first ? rows.head(last, 't') - rows.head(first, 't') : 0;
  return { waited: counts, waitedSpan: span };
}
