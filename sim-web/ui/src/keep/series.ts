// The run over time as CSV: a column for each number of a row, named after what it is of.
import type { Rows } from '../engine/frame';
import type { Description, Group } from '../engine/protocol';

export function seriesCsv({ row, nodes, edges }: Description, rows: Rows): string {
  const nameOf = (index: number) => nodes[index]?.name ?? '';
  const { clients, nodes: ofNodes, edges: ofEdges } = row.groups;
  const heads = [
    ...row.head,
    ...columns(clients, 'client', nodes.filter(({ client }) => client !== null).map(({ name }) => name)),
    ...columns(ofNodes, 'node', nodes.map(({ name }) => name)),
    ...columns(ofEdges, 'link', edges.map(({ from, to }) => `${nameOf(from)}->${nameOf(to)}`)),
  ];
  const lines = [heads.map(quoted).join(',')];
  for (let index = 0; index < rows.count; index += 1) {
    lines.push(Array.from(rows.numbers(index), (value) => (Number.isNaN(value) ? '' : String(value))).join(','));
  }
  return `${lines.join('\n')}\n`;
}

function columns(group: Group | undefined, what: string, names: string[]): string[] {
  return names.flatMap((name) => (group?.fields ?? []).map((field) => `${what}.${name}.${field}`));
}

/** Names are free to have commas and quotes in them. */
function quoted(text: string): string {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
