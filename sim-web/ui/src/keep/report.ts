// A report as one page of HTML that needs nothing else: no script, no network. Whatever users wrote comes out as text.
import type { Description, TheoryLine } from '../engine/protocol';
import { language, numbers } from '../language';
import palette from '../style/palette.css?raw';
import type { Mark } from '../timeline/events';
import { labelOf } from '../timeline/labels';
import style from './report.css?raw';
import type { ClientReport, NodeReport, RunReport } from './report-json';
import { escaped } from './svg';
import { paragraphsOf, titleOf } from './title';
import { words } from './words';

export interface Told {
  text: string;
  /** What the scenario is saved as. */
  file: string;
  description: Description;
  report: RunReport;
  theory: readonly TheoryLine[];
  marks: readonly Mark[];
  /** Simulated seconds so far. */
  now: number;
  version: string;
  /** Pictures, as SVG. */
  graph: string;
  charts: string;
  histograms: readonly string[];
}

/** Forbids the page to ask anybody for anything. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

interface Head {
  text: string;
  isNumber?: boolean;
}

export function reportHtml(told: Told): string {
  const { description, graph, charts, histograms } = told;
  const title = escaped(titleOf(description));
  const sections = [
    section(words.graph, figure(graph, 'picture-graph-', 'box graph')),
    section(words.expected, claims(told.report)),
    section(words.users, clients(told.report) + histograms.map((picture, index) => figure(picture, `picture-${index}-`)).join('')),
    section(words.overTime, figure(charts, 'picture-charts-') + happened(told.marks)),
    section(words.what, nodes(told.report)),
    section(words.theory, theory(told.theory)),
    section(words.repeat, repeat(told)),
  ];
  return `<!DOCTYPE html>
<html lang="${language.current}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="generator" content="escala ${escaped(told.version)}">
<link rel="icon" href="data:,">
<title>${title}</title>
<style>
${palette.replace(/\/\*.*?\*\//gs, '')}
${style}</style>
</head>
<body>
<header>
<h1>${title}</h1>
${opening(told)}
</header>
<main>
${sections.join('\n')}
</main>
<footer>Escala ${escaped(told.version)}</footer>
</body>
</html>
`;
}

/** What stands between backticks is code. */
function withCode(words: string): string {
  return escaped(words).replace(/`([^`]+)`/g, '<code>$1</code>');
}

function section(title: string, content: string): string {
  return content === '' ? '' : `<section>\n<h2>${escaped(title)}</h2>\n${content}\n</section>`;
}

function opening({ description, report, now }: Told): string {
  const { duration, warmup } = description;
  const question = paragraphsOf(description.question);
  const all = duration === null ? null : numbers.span(duration);
  const reach =
    all === null ? words.open(numbers.span(now)) : now >= (duration ?? 0) - 1e-6 ? words.whole(all) : words.soFar(numbers.clock(now), all);
  const facts = [reach, ...(warmup > 0 ? [words.warmup(numbers.span(warmup))] : [])].join(' ');
  const parts = [`<p class="faint">${escaped(facts)}</p>`];
  parts.push(...question.map((paragraph, index) => `<p${index === 0 ? ' class="question"' : ''}>${withCode(paragraph)}</p>`));
  const sentence = report.bottleneck?.sentence ?? description.bottleneck;
  if (sentence) parts.push(`<p class="note" lang="en">${withCode(sentence)}</p>`);
  return parts.join('\n');
}

/** Names inside of a picture are made different in each, for they share one page. */
function figure(picture: string, prefix: string, kind = 'box'): string {
  const apart = picture.replace(/ id="/g, ` id="${prefix}`).replace(/url\(#/g, `url(#${prefix}`);
  const [, title = ''] = /<title>(.*?)<\/title>/s.exec(picture) ?? [];
  return `<figure class="${kind}" role="region" tabindex="0" aria-label="${title}">${apart.trim()}</figure>`;
}

/** Cells are text, or markup that was escaped already. */
type Cell = string | { html: string };

function table(caption: string, heads: readonly Head[], rows: readonly Cell[][]): string {
  const kind = (index: number) => (heads[index]?.isNumber ? ' class="number"' : '');
  const head = heads.map(({ text }, index) => `<th scope="col"${kind(index)}>${escaped(text)}</th>`).join('');
  const body = rows.map((row) => {
    const cells = row.map((cell, index) => {
      const content = typeof cell === 'string' ? escaped(cell) : cell.html;
      return index === 0 ? `<th scope="row">${content}</th>` : `<td${kind(index)}>${content}</td>`;
    });
    return `<tr>${cells.join('')}</tr>`;
  });
  const above = caption ? `<caption>${escaped(caption)}</caption>` : '';
  return `<div class="box" role="region" tabindex="0" aria-label="${escaped(caption || (heads[0]?.text ?? ''))}"><table>${above}<thead><tr>${head}</tr></thead><tbody>${body.join('\n')}</tbody></table></div>`;
}

function numeric(...texts: string[]): Head[] {
  return texts.map((text) => ({ text, isNumber: true }));
}

function claims({ expect = [] }: RunReport): string {
  if (expect.length === 0) return '';
  const isAll = expect.every(({ holds }) => holds);
  const rows = expect.map(({ claim, holds, value, why }): Cell[] => [
    { html: `<code>${escaped(claim)}</code>` },
    { html: holds ? escaped(words.holds) : `<span class="bad">${escaped(words.holdsNot)}</span>` },
    value,
    ...(isAll ? [] : [holds ? '' : why]),
  ]);
  const heads = [words.claim, words.verdict, words.measured, ...(isAll ? [] : [words.why])];
  return table('', heads.map((text) => ({ text })), rows);
}

function clients({ clients: found = {} }: RunReport): string {
  const row = ([name, client]: [string, ClientReport]): Cell[] => [
    name,
    numbers.count(client.offered),
    numbers.count(client.completed),
    numbers.share(client.error_rate),
    numbers.rate(client.goodput_rps),
    numbers.plain(client.offered ? (client.attempts ?? NaN) / client.offered : NaN),
    ...latencies(client),
  ];
  const heads = [
    { text: words.client },
    ...numeric(words.offered, words.completed, words.errorRate, words.goodput, words.attempts, words.mean, 'p50', 'p95', 'p99'),
  ];
  return table('', heads, Object.entries(found).map(row));
}

function latencies({ latency_ms: { mean, p50, p95, p99 } = {} }: ClientReport | NodeReport): string[] {
  return [mean, p50, p95, p99].map(numbers.latency);
}

function nodes({ nodes: found = {} }: RunReport): string {
  const row = ([name, node]: [string, NodeReport]): Cell[] => {
    const { min, mean, max } = node.instances ?? {};
    return [
      name,
      node.kind ?? '',
      min === max ? numbers.count(max) : `${numbers.count(min)} – ${numbers.count(max)} (${numbers.plain(mean)})`,
      numbers.count(node.requests),
      numbers.share(node.utilization),
      numbers.plain(node.queue?.mean),
      numbers.count(node.queue?.max),
      ...latencies(node),
    ];
  };
  const heads = [
    { text: words.node },
    { text: words.kind },
    ...numeric(words.instances, words.requests, words.utilization, words.queue, words.longest, words.mean, 'p50', 'p95', 'p99'),
  ];
  return table('', heads, Object.entries(found).map(row));
}

function theory(lines: readonly TheoryLine[]): string {
  if (lines.length === 0) return '';
  const rows = lines.map(({ node, law, metric, expected, simulated, unit }): Cell[] => {
    const differs = simulated === null || expected === 0 ? NaN : simulated / expected - 1;
    const sign = differs > 0 ? '+' : '';
    return [
      node,
      law,
      metric,
      numbers.withUnit(expected, unit),
      numbers.withUnit(simulated, unit),
      Number.isNaN(differs) ? '' : `${sign}${numbers.share(differs)}`,
    ];
  });
  const heads = [{ text: words.node }, { text: words.law }, { text: words.quantity }, ...numeric(words.byTheory, words.simulated, words.differs)];
  return table(words.theoryAbout, heads, rows);
}

function happened(marks: readonly Mark[]): string {
  if (marks.length === 0) return '';
  const rows = marks.map((mark): Cell[] => [numbers.clock(mark.at), labelOf(mark)]);
  return table(words.happened, [{ text: words.at }, { text: words.event }], rows);
}

function repeat({ report, description, file, text, version }: Told): string {
  const facts: [string, string][] = [
    [words.seed, description.seed],
    [words.digest, report.digest ? report.digest : words.noDigest],
    [words.version, version],
    [words.results, numbers.plain(report.results)],
    [words.events, numbers.count(report.events)],
  ];
  const list = facts.map(([name, value]) => `<dt>${escaped(name)}</dt><dd>${escaped(value)}</dd>`).join('');
  const command = `escala run ${/^[\w.-]+$/.test(file) ? file : `'${file}'`}`;
  return `<p>${escaped(words.repeatAbout(file))}</p>
<div class="box"><pre tabindex="0"><code>${escaped(command)}</code></pre></div>
<dl>${list}</dl>
<details open><summary>${escaped(words.text)}</summary><div class="box"><pre tabindex="0"><code>${escaped(text)}</code></pre></div></details>`;
}
