// Charts over time as a picture: the same lines as in the strip, on one time axis, with what happened marked.
import type { Rows } from '../engine/frame';
import type { Mark } from '../timeline/events';
import { glyphOf, labelOf } from '../timeline/labels';
import { lineName, tickText, type Chart, type Line } from '../timeline/lines';
import { sharedTimes, spread } from '../timeline/samples';
import { rangeOf, timeLabel, timeTicks, valueTicks, type Range } from '../timeline/ticks';
import { words as timelineWords } from '../timeline/words';
import type { Scheming } from './palette';
import { at, element, escaped, svg, text } from './svg';
import { words } from './words';

const WIDTH = 960;
const LEFT = 64;
const RIGHT = 16;
const TOP = 76;
const CHART = 120;
const BETWEEN = 36;
const AXIS = 28;
const COLOURS = [
  ...['paper', 'raised', 'ink', 'faint', 'axis', 'grid', 'beside', 'accent', 'error', 'error-text', 'error-wash', 'arm-a', 'arm-b'],
  ...['series-1', 'series-2', 'series-3', 'series-4', 'series-5', 'series-6', 'use-3', 'use-5', 'use-8'],
];
/** More points than this in a line are not to be seen, and make large files. */
const MOST_POINTS = 1_200;

export interface Over {
  title: string;
  charts: readonly Chart[];
  /** By arm. */
  rows: readonly Rows[];
  marks: readonly Mark[];
  end: number;
  warmup: number;
}

export function chartsSvg({ title, charts, rows, marks, end, warmup }: Over, scheming: Scheming): string {
  const height = TOP + charts.length * (CHART + BETWEEN) - BETWEEN + AXIS;
  const own = rows.map((arm) => arm.times());
  const times = sharedTimes(own[0] ?? new Float64Array(0), own[1] ?? null);
  const bottom = height - AXIS;
  const ticks = timeTicks(end, 12);
  const content = [
    text(LEFT, 22, words.chartsTitle(title), { class: 'f-ink bold' }),
    ...spans(marks, end, bottom),
    warmup > 0 ? element('rect', { x: LEFT, y: TOP, width: x(warmup, end) - LEFT, height: bottom - TOP, class: 'f-raised' }) : '',
    ...ticks.map((tick) => element('line', { x1: x(tick, end), x2: x(tick, end), y1: TOP, y2: bottom, class: 's-grid' })),
    ...ticks.map((tick) => timeMark(tick, end, (ticks[1] ?? end) - (ticks[0] ?? 0), height)),
    ...poles(marks, end, bottom),
    ...charts.map((chart, index) => {
      const values = chart.lines.map((line) => spread(times, own[line.arm] ?? times, line.read(rows[line.arm] as Rows)));
      return drawn(chart, TOP + index * (CHART + BETWEEN), times, values, end);
    }),
  ];
  const description = charts.map(({ key }) => timelineWords[key]).join(', ');
  return svg({ width: WIDTH, height, title: words.chartsTitle(title), description, content: content.join('\n'), colours: COLOURS }, scheming);
}

function timeMark(tick: number, end: number, step: number, height: number): string {
  const isLast = tick > end * 0.98;
  return text(x(tick, end), height - 10, timeLabel(tick, step), { class: 'f-faint', 'text-anchor': isLast ? 'end' : tick === 0 ? 'start' : 'middle' });
}

function x(time: number, end: number): number {
  return LEFT + (Math.min(end, Math.max(0, time)) / end) * (WIDTH - LEFT - RIGHT);
}

function drawn(chart: Chart, top: number, times: Float64Array, values: Float64Array[], end: number): string {
  const range = rangeOf(values, false, chart.atLeast, chart.atMost);
  const y = (value: number) => top + CHART * (1 - (value - range.low) / (range.high - range.low));
  // Half an instance is none.
  const ticks = valueTicks(range, false, CHART).filter((tick) => chart.key !== 'instances' || Number.isInteger(tick));
  const scale = ticks.map((tick) => {
    const line = element('line', { x1: LEFT, x2: WIDTH - RIGHT, y1: y(tick), y2: y(tick), class: tick === 0 ? 's-axis' : 's-grid' });
    return line + text(LEFT - 6, y(tick) + 4, tickText(chart.key, tick), { class: 'f-faint', 'text-anchor': 'end' });
  });
  const lines = chart.lines.map((line, index) => {
    const d = path(times, values[index] as Float64Array, range, (time) => x(time, end), y, line.isStepped);
    const dash = line.isDashed ? '5 3' : null;
    return d === '' ? '' : element('path', { class: `line s-${line.colour}`, d, 'stroke-width': String(line.width), 'stroke-dasharray': dash });
  });
  return [...scale, legend(chart, top - 8), ...lines].join('\n');
}

function legend(chart: Chart, y: number): string {
  let left = LEFT;
  const title = text(left, y, timelineWords[chart.key], { class: 'f-ink bold halo s-paper' });
  left += timelineWords[chart.key].length * 7.5 + 20;
  const hasTwo = new Set(chart.lines.map(({ arm }) => arm)).size > 1;
  const entries = chart.lines.map((line: Line) => {
    const name = hasTwo ? `${line.arm === 0 ? 'A' : 'B'} ${lineName(line.key)}` : lineName(line.key);
    const swatch = element('line', {
      ...{ x1: left, x2: left + 16, y1: y - 4, y2: y - 4, class: `s-${line.colour}` },
      ...{ 'stroke-width': String(Math.max(1.5, line.width)), 'stroke-dasharray': line.isDashed ? '5 3' : null },
    });
    const entry = swatch + text(left + 20, y, name, { class: 'f-faint halo s-paper' });
    left += 20 + name.length * 7 + 16;
    return entry;
  });
  return title + entries.join('');
}

/** A line with gaps where nothing is known; of many points, per step the least and the greatest, so that no peak is lost. */
export function path(
  times: Float64Array,
  values: Float64Array,
  range: Range,
  xOf: (time: number) => number,
  yOf: (value: number) => number,
  isStepped: boolean,
): string {
  const parts: string[] = [];
  let isDown = false;
  let before = NaN;
  const indices = kept(values);
  for (const [place, index] of indices.entries()) {
    const value = values[index] as number;
    if (!Number.isFinite(value)) {
      isDown = false;
      continue;
    }
    // Within a level stretch only its ends are needed.
    if (isDown && value === before && values[indices[place + 1] ?? -1] === value) continue;
    const clamped = Math.min(range.high, Math.max(range.low, value));
    const [px, py] = [at(xOf(times[index] as number)), at(yOf(clamped))];
    if (!isDown) parts.push(`M${px} ${py}h0.1`);
    else parts.push(isStepped && before !== value ? `H${px}V${py}` : `L${px} ${py}`);
    [isDown, before] = [true, value];
  }
  return parts.join('');
}

function kept(values: Float64Array): number[] {
  if (values.length <= MOST_POINTS) return Array.from(values.keys());
  const found: number[] = [];
  const step = (values.length * 2) / MOST_POINTS;
  for (let start = 0; start < values.length; start += step) {
    const [from, to] = [Math.floor(start), Math.min(values.length, Math.floor(start + step))];
    let [least, most] = [from, from];
    for (let index = from; index < to; index += 1) {
      const value = values[index] as number;
      // A gap stays a gap.
      if (!Number.isFinite(value)) found.push(index);
      if (!(value >= (values[least] as number))) least = index;
      if (!(value <= (values[most] as number))) most = index;
    }
    found.push(Math.min(least, most), Math.max(least, most));
  }
  return [...new Set(found)].sort((a, b) => a - b);
}

function spans(marks: readonly Mark[], end: number, bottom: number): string[] {
  return marks.flatMap(({ at: from, span }) => {
    if (span === null || span <= 0) return [];
    const left = x(from, end);
    return [element('rect', { x: left, y: TOP, width: Math.max(1, x(from + span, end) - left), height: bottom - TOP, class: 'f-error-wash' })];
  });
}

/** A pole for each mark, and its words where they do not run into those before. */
function poles(marks: readonly Mark[], end: number, bottom: number): string[] {
  let free = -Infinity;
  return marks.map((mark) => {
    const left = x(mark.at, end);
    const colour = mark.kind === 'fault' ? 'error' : mark.kind === 'change' ? 'accent' : 'beside';
    const pole = element('line', { x1: left, x2: left, y1: TOP - 38, y2: bottom, class: `s-${colour}` }, element('title', {}, escaped(labelOf(mark))));
    const label = `${glyphOf(mark)} ${labelOf(mark)}`;
    const width = label.length * 6.6;
    if (left < free || width > 320) return pole;
    const isLate = left + width > WIDTH - RIGHT;
    if (isLate && left - width < free) return pole;
    free = (isLate ? left : left + width) + 12;
    return pole + text(isLate ? left - 4 : left + 4, TOP - 30, label, { class: 'f-faint', 'text-anchor': isLate ? 'end' : 'start' });
  });
}
