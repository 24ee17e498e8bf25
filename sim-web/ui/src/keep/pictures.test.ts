// Pictures and the report: well formed, complete, and whatever users wrote comes out as text.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FrameView, Rows } from '../engine/frame';
import type { Description, Layout } from '../engine/protocol';
import { marksOf } from '../timeline/events';
import { chartsOf } from '../timeline/lines';
import { chartsSvg, path } from './chart-svg';
import { graphSvg } from './graph-svg';
import { histogramSvg } from './histogram-svg';
import { read } from './palette';
import { reportHtml } from './report';
import { element, escaped } from './svg';

const EVIL = `<img src=x onerror="alert('1')">&\u0001`;

const CLIENT = ['offered', 'completed', 'failed', 'retries', 'inFlight', 'p50', 'p95', 'p99'];
const NODE = ['rate', 'failed', 'present', 'waiting', 'utilization', 'ready', 'booting', 'p50', 'p99', 'hitRatio'];
const EDGE = ['rate', 'failed', 'retries'];

function layout(head: string[]): Layout {
  let start = head.length;
  const group = (fields: string[], count: number) => {
    const made = { start, stride: fields.length, count, fields };
    start += fields.length * count;
    return made;
  };
  const groups = { clients: group(CLIENT, 1), nodes: group(NODE, 2), edges: group(EDGE, 1) };
  return { head, groups, length: start };
}

const frameLayout = layout(['now', 'events', 'inFlight', 'status', 'window']);
const rowLayout = layout(['t', 'interval']);

const common = { mostInstances: 1, instances: 1, pools: [], mainPool: null, capacity: null, isPlaced: false };
const description: Description = {
  name: EVIL,
  question: `What of ${EVIL}?`,
  seed: '7',
  duration: 100,
  warmup: 10,
  nodes: [
    { ...common, name: 'users', kind: 'clients', variant: 'Clients', firstInstance: 0, client: 0, x: 0, y: 0 },
    { ...common, name: EVIL, kind: 'service', variant: 'Service', firstInstance: 1, client: null, x: 200, y: 0, mostInstances: 4 },
  ],
  edges: [{ from: 0, to: 1, label: '1ms', latency: 0.001, isLookup: false }],
  timeline: [{ index: 0, at: 20, what: 'Crash', target: EVIL, span: 5, text: `Crash(target: "${EVIL}")` }],
  cases: [],
  frame: frameLayout,
  row: rowLayout,
  warnings: [],
  bottleneck: null,
};

const frame = new FrameView(frameLayout, Float64Array.from({ length: frameLayout.length }, (_, index) => 0.1 * index));

function rows(): Rows {
  const made = new Rows(rowLayout);
  const values = Array.from({ length: 50 }, (_, row) => {
    return [row + 1, 1, ...Array.from({ length: rowLayout.length - 2 }, (_, field) => (row === 20 ? NaN : row * 10 + field))];
  });
  made.accept(Float64Array.from(values.flat()), 0, 50);
  return made;
}

/** A crude check of XML: every tag is closed in its turn, and no `<` or `&` is left alone. */
function expectWellFormed(markup: string): void {
  const open: string[] = [];
  for (const [, close, name, self] of markup.matchAll(/<(\/?)([a-zA-Z]\w*)(?:\s+[\w:-]+="[^"<]*")*\s*(\/?)>/g)) {
    if (close) expect(open.pop()).toBe(name);
    else if (!self) open.push(name as string);
  }
  expect(open).toEqual([]);
  const left = markup.replace(/<style>.*?<\/style>/gs, '').replace(/<\/?[a-zA-Z]\w*(?:\s+[\w:-]+="[^"<]*")*\s*\/?>/g, '');
  expect(left).not.toMatch(/[<>]/);
  expect(left).not.toMatch(/&(?!amp;|lt;|gt;|quot;|#39;)/);
}

describe('markup', () => {
  it('holds any text', () => {
    expect(escaped(EVIL)).toBe('&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;\u{fffd}');
    expect(element('a', { title: '"<', x: 1.2345, none: null })).toBe('<a title="&quot;&lt;" x="1.2"/>');
  });
});

describe('colours', () => {
  it('are those of the page, light and dark, with references followed', () => {
    expect(read(':root{--a: light-dark(#fff, #000);--b: var(--a);--c: #123456;}')).toEqual({
      light: { a: '#fff', b: '#fff', c: '#123456' },
      dark: { a: '#000', b: '#000', c: '#123456' },
    });
    const { light, dark } = read(readFileSync('src/style/palette.css', 'utf8'));
    expect(light['series-1']).toBe(light['accent']);
    for (const name of ['paper', 'ink', 'series-1', 'use-0', 'use-9']) {
      expect(light[name]).toMatch(/^#[\da-f]{6}$/);
      expect(dark[name]).toMatch(/^#[\da-f]{6}$/);
      if (name !== 'series-1') expect(light[name]).not.toBe(dark[name]);
    }
  });
});

describe('the graph', () => {
  it('is drawn with all nodes and rates, escaped', () => {
    const picture = graphSvg(description, frame, 'both');
    expectWellFormed(picture);
    expect(picture).toContain('users');
    expect(picture).toContain('prefers-color-scheme:dark');
    expect(picture).not.toContain('<img');
    expect(graphSvg(description, frame, 'dark')).not.toContain('prefers-color-scheme');
  });
});

describe('charts', () => {
  it('are drawn with all lines of both arms', () => {
    const shown = ([0, 1] as const).map((arm) => ({ arm, description, client: 0 }));
    const marks = marksOf(description.timeline, [], 0);
    const charts = chartsOf(shown);
    const picture = chartsSvg({ title: EVIL, charts, rows: [rows(), rows()], marks, end: 100, warmup: 10 }, 'light');
    expectWellFormed(picture);
    // Load 3, latency 3, errors 1, instances 1; twice.
    expect(picture.match(/class="line /g)).toHaveLength(16);
    expect(picture.match(/stroke-dasharray="5 3"/g)?.length).toBe(16);
  });

  it('have gaps where nothing is known, and keep every peak', () => {
    const values = Float64Array.from([1, 2, NaN, 3, 4]);
    const times = Float64Array.from([0, 1, 2, 3, 4]);
    const same = (value: number) => value;
    expect(path(times, values, { low: 0, high: 10 }, same, same, false)).toBe('M0 1h0.1L1 2M3 3h0.1L4 4');
    const many = Float64Array.from({ length: 20_000 }, (_, index) => (index === 12_345 ? 9 : 1));
    const long = path(Float64Array.from(many.keys()), many, { low: 0, high: 10 }, same, same, false);
    expect(long).toContain('L12345 9');
    // Level stretches are their ends.
    expect(long.length).toBeLessThan(200);
  });
});

describe('the report', () => {
  const told = {
    text: `// ${EVIL}`,
    file: 'what-of.ron',
    description,
    report: {
      digest: 'fd642906d11823f1',
      events: 1234,
      results: 2,
      expect: [{ claim: `p99(${EVIL}) < 1s`, holds: false, value: '2s', why: EVIL }],
      clients: { users: { offered: 10, completed: 9, attempts: 12, error_rate: 0.1, goodput_rps: 5, latency_ms: { mean: 1, p50: 1, p95: 2, p99: null } } },
      nodes: { [EVIL]: { kind: 'service', requests: 10, utilization: 0.5, queue: { max: 3, mean: 0.2 }, instances: { min: 1, mean: 2, max: 4 } } },
      bottleneck: { sentence: `\`${EVIL}\` is the bottleneck` },
    },
    theory: [{ node: EVIL, law: 'M/M/c', metric: 'mean', expected: 0.1, simulated: 0.11, unit: 's' }],
    marks: marksOf(description.timeline, [], 0),
    now: 100,
    version: '0.1.0',
    graph: graphSvg(description, frame, 'both'),
    charts: '',
    histograms: [histogramSvg('users', [1, 5, 2, 10], [{ name: 'p50', ms: 2 }], 'both') ?? ''],
  };

  it('tells everything, asks nobody, and holds any text', () => {
    const page = reportHtml(told);
    expect(page).not.toContain('<img');
    expect(page).not.toContain('\u0001');
    expect(page).not.toMatch(/<script/i);
    expect(page).not.toMatch(/(?:src|href)="(?!data:,)/);
    expect(page).toContain("default-src 'none'");
    for (const word of ['fd642906d11823f1', 'escala run what-of.ron', 'M/M/c', 'p99(&lt;img', '✕ does not hold', '+10.0%', 'Latency of users']) {
      expect(page).toContain(word);
    }
  });

  it('gives names inside of pictures that are not the same twice', () => {
    const page = reportHtml({ ...told, charts: told.graph });
    const names = [...page.matchAll(/ id="([^"]+)"/g)].map(([, name]) => name);
    expect(new Set(names).size).toBe(names.length);
  });
});
