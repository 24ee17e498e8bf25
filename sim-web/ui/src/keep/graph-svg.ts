// The graph as a picture: cards where they stand on the screen, with what they show at this moment, and arrows with their rates.
import type { FrameView } from '../engine/frame';
import type { Description, EdgeDescription, NodeDescription } from '../engine/protocol';
import { HEIGHT, WIDTH } from '../graph/card';
import { ways, type Way } from '../graph/geometry';
import { glyphOf } from '../graph/glyphs';
import { boundsOf, spots, type Spot } from '../graph/plan';
import { numbers } from '../language';
import { at, element, svg, text } from './svg';
import type { Scheming } from './palette';
import { titleOf } from './title';
import { words } from './words';

const MARGIN = 28;
const HEAD = 36;
const STEPS = Array.from({ length: 10 }, (_, step) => `use-${step}`);
const COLOURS = ['paper', 'raised', 'ink', 'faint', 'axis', 'grid', 'beside', 'error', 'error-text', ...STEPS];
/** Names longer than this are cut in the middle of a card. */
const MOST_LETTERS = 20;

export function graphSvg(description: Description, frame: FrameView, scheming: Scheming): string {
  const { nodes, edges } = description;
  const middles = spots(nodes, edges);
  const bounds = boundsOf(middles);
  const lines = ways(edges, middles, 'right');
  const left = Math.min(bounds.left, ...lines.map((way) => way.left)) - MARGIN;
  const top = Math.min(bounds.top, ...lines.map((way) => way.top)) - MARGIN - HEAD;
  const right = Math.max(bounds.left + bounds.width, ...lines.map((way) => way.right)) + MARGIN;
  const bottom = Math.max(bounds.top + bounds.height, ...lines.map((way) => way.bottom)) + MARGIN;
  const title = words.graphTitle(titleOf(description), numbers.clock(frame.head('now')));
  const content = [
    arrowHead(),
    text(left + MARGIN, top + 28, title, { class: 'f-ink bold' }),
    ...edges.map((edge, index) => arrow(edge, lines[index] as Way)),
    ...nodes.map((node, index) => card(node, index, middles[index] as Spot, frame)),
    // Last, so that no arrow and no card covers them.
    ...edges.map((_, index) => rateOf(index, lines[index] as Way, frame)),
  ];
  const picture = element('g', { transform: `translate(${at(-left)} ${at(-top)})` }, content.join('\n'));
  const sentence = nodes.map((node, index) => spoken(node, index, frame)).join(' ');
  return svg({ width: right - left, height: bottom - top, title, description: sentence, content: picture, colours: COLOURS }, scheming);
}

function spoken(node: NodeDescription, index: number, frame: FrameView): string {
  return `${node.name} (${node.kind}): ${numbers.rate(frame.node(index, 'rate'))}.`;
}

function arrowHead(): string {
  const path = element('path', { class: 'f-axis', d: 'M0 0.8 L10 5 L0 9.2 z' });
  const box = { id: 'head', viewBox: '0 0 10 10', refX: '9', refY: '5', markerWidth: '8', markerHeight: '8', orient: 'auto' };
  return element('defs', {}, element('marker', { ...box, markerUnits: 'userSpaceOnUse' }, path));
}

function arrow({ isLookup }: EdgeDescription, way: Way): string {
  const points = Array.from(way.xs, (x, index) => `${at(x)} ${at(way.ys[index] as number)}`);
  const dash = isLookup ? '5 4' : null;
  return element('path', { class: 'line s-axis', d: `M${points.join('L')}`, 'stroke-width': '1.5', 'stroke-dasharray': dash, 'marker-end': 'url(#head)' });
}

function rateOf(index: number, way: Way, frame: FrameView): string {
  const middle = way.xs.length >> 1;
  const [x, y] = [way.xs[middle] as number, (way.ys[middle] as number) - 6];
  const rate = frame.edge(index, 'rate');
  if (!(rate > 0)) return '';
  const failed = frame.edge(index, 'failed');
  const label = text(x, y, numbers.rate(rate), { class: 'f-ink halo s-paper', 'text-anchor': 'middle' });
  if (!(failed > 0)) return label;
  return label + text(x, y + 22, `✕ ${numbers.rate(failed)}`, { class: 'f-error-text halo s-paper', 'text-anchor': 'middle' });
}

function card(node: NodeDescription, index: number, middle: Spot, frame: FrameView): string {
  const [x, y] = [middle.x - WIDTH / 2, middle.y - HEIGHT / 2];
  const ready = frame.node(index, 'ready');
  const name = node.name.length > MOST_LETTERS ? `${node.name.slice(0, MOST_LETTERS - 1)}…` : node.name;
  const count = node.client === null && node.mostInstances > 1 ? `${node.kind} × ${numbers.count(ready)}` : node.kind;
  const inside = [
    element('rect', { x, y, width: WIDTH, height: HEIGHT, rx: 4, class: 'f-paper s-axis' }),
    element('path', { d: glyphOf(node.kind), transform: `translate(${at(x + 8)} ${at(y + 8)})`, class: 'line s-ink', 'stroke-width': '1.3' }),
    text(x + 30, y + 21, name, { class: 'f-ink bold' }),
    text(x + WIDTH - 8, y + 21, count, { class: 'f-faint', 'text-anchor': 'end' }),
    ...figures(node, index, frame).map(([label, value], line) => {
      const baseline = y + 42 + line * 16;
      return text(x + 8, baseline, label, { class: 'f-faint' }) + text(x + WIDTH - 8, baseline, value, { 'text-anchor': 'end' });
    }),
    bar(x, y, frame.node(index, 'utilization')),
  ];
  return element('g', {}, inside.join(''));
}

function figures(node: NodeDescription, index: number, frame: FrameView): [string, string][] {
  const { client } = node;
  if (client !== null) {
    const failed = frame.client(client, 'failed');
    return [
      [words.sent, numbers.rate(frame.client(client, 'offered'))],
      ['p99', numbers.latency(frame.client(client, 'p99'))],
      [words.failedRate, failed > 0 ? `✕ ${numbers.rate(failed)}` : numbers.rate(failed)],
    ];
  }
  return [
    [words.visits, numbers.rate(frame.node(index, 'rate'))],
    [words.waiting, numbers.count(frame.node(index, 'waiting'))],
    ['p99', numbers.latency(frame.node(index, 'p99'))],
  ];
}

/** Along the lower side of a card; nothing where there is no bound. */
function bar(x: number, y: number, utilization: number): string {
  if (Number.isNaN(utilization)) return '';
  const [width, top] = [WIDTH - 62, y + HEIGHT - 16];
  const share = Math.min(1, Math.max(0, utilization));
  return [
    element('rect', { x: x + 8, y: top, width, height: 8, class: 'f-raised s-beside' }),
    element('rect', { x: x + 8, y: top, width: width * share, height: 8, class: `f-use-${Math.min(9, Math.floor(share * 10))}` }),
    text(x + WIDTH - 8, top + 8, numbers.share(utilization), { 'text-anchor': 'end' }),
  ].join('');
}
