// How latencies are spread, as a picture for the report.
import { numbers } from '../language';
import { barsOf, decades } from '../timeline/bins';
import type { Scheming } from './palette';
import { element, svg, text } from './svg';
import { words } from './words';

const WIDTH = 960;
const HEIGHT = 216;
const LEFT = 16;
const TOP = 68;
const AXIS = 28;
const COLOURS = ['paper', 'ink', 'faint', 'axis', 'series-1'];

export interface Percentile {
  name: string;
  ms: number | null;
}

/** The picture; none where nothing was counted. */
export function histogramSvg(client: string, pairs: ArrayLike<number>, percentiles: readonly Percentile[], scheming: Scheming): string | null {
  const bars = barsOf(pairs, 97);
  if (!bars) return null;
  const x = (ms: number) => LEFT + (Math.log(ms / bars.low) / Math.log(bars.high / bars.low)) * (WIDTH - 2 * LEFT);
  const ground = HEIGHT - AXIS;
  const drawn = bars.bars.map(({ low, high, count }) => {
    const height = count > 0 ? Math.max(1, (count / bars.most) * (ground - TOP)) : 0;
    return height > 0 ? element('rect', { class: 'f-series-1', x: x(low) + 0.5, y: ground - height, width: Math.max(1, x(high) - x(low) - 1), height }) : '';
  });
  const ticks = decades(bars.low, bars.high).map((tick) => {
    const mark = element('line', { class: 's-axis', x1: x(tick), x2: x(tick), y1: ground, y2: ground + 4 });
    return mark + text(x(tick), HEIGHT - 8, numbers.latency(tick), { class: 'f-faint', 'text-anchor': 'middle' });
  });
  let before = -Infinity;
  let line = 0;
  const marks = percentiles.map(({ name, ms }) => {
    if (ms === null || ms <= 0) return '';
    const left = Math.min(WIDTH - LEFT, Math.max(LEFT, x(ms)));
    line = left - before < 96 ? line + 1 : 0;
    before = left;
    const top = 32 + (line % 3) * 14;
    const isLate = left > WIDTH - 110;
    const pole = element('line', { class: 's-ink', x1: left, x2: left, y1: top - 10, y2: ground, 'stroke-dasharray': '3 2' });
    return pole + text(left + (isLate ? -4 : 4), top, `${name} ${numbers.latency(ms)}`, { class: 'f-ink halo s-paper', 'text-anchor': isLate ? 'end' : 'start' });
  });
  const title = words.spread(client);
  const base = element('line', { class: 's-axis', x1: LEFT, x2: WIDTH - LEFT, y1: ground, y2: ground });
  const content = [text(LEFT, 14, title, { class: 'f-ink bold' }), ...drawn, base, ...ticks, ...marks].join('\n');
  const description = percentiles.map(({ name, ms }) => `${name} ${numbers.latency(ms)}`).join(', ');
  return svg({ width: WIDTH, height: HEIGHT, title, description, content, colours: COLOURS }, scheming);
}
