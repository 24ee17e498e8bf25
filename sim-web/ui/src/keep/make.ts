// Makes each of the files that can be taken along, of one arm or, where it is about time, of both.
import type { Description, Outcome, TheoryLine } from '../engine/protocol';
import { studio, type ArmIndex } from '../state/studio.svelte';
import { theme } from '../style/colours';
import { chartsOf } from '../timeline/lines';
import { clientNames, endOf, marksOfAll, openArms, shownArms, warmupOf } from '../timeline/shown';
import { chartsSvg } from './chart-svg';
import { png, textFile } from './download';
import { graphSvg } from './graph-svg';
import { histogramSvg } from './histogram-svg';
import { seriesCsv } from './series';
import { fileName } from './names';
import type { Scheme, Scheming } from './palette';
import { reportHtml } from './report';
import type { RunReport } from './report-json';
import { stemOf, titleOf } from './title';
import { words } from './words';

export type FileKind = 'ron' | 'graph-svg' | 'graph-png' | 'charts-svg' | 'charts-png' | 'csv' | 'json' | 'html';

export interface Made {
  blob: Blob;
  name: string;
}

/** The file; what is in the way of it is an `Error` with words for people. */
export async function make(kind: FileKind, arm: ArmIndex): Promise<Made> {
  const own = studio.arms[arm];
  // The name of the other arm is told apart; the text is there even where nothing runs.
  const name = (part: string, ending: string) => {
    const suffix = [part, ...(arm === 1 ? ['b'] : [])].filter((piece) => piece !== '').join('-');
    return fileName(own.description ? stemOf(own.description) : '', suffix, ending);
  };
  if (kind === 'ron') return { blob: textFile(own.text, 'text/plain'), name: name('', 'ron') };
  const { description } = own;
  if (!description) throw new Error(words.noRun);
  const over = fileName(stemOf(description), 'charts', kind === 'charts-svg' ? 'svg' : 'png');
  switch (kind) {
    case 'graph-svg':
      return { blob: textFile(graph(arm, description, 'both'), 'image/svg+xml'), name: name('graph', 'svg') };
    case 'graph-png':
      return { blob: await png(graph(arm, description, scheme())), name: name('graph', 'png') };
    case 'charts-svg':
      return { blob: textFile(charts(openArms(), description, 'both'), 'image/svg+xml'), name: over };
    case 'charts-png':
      return { blob: await png(charts(openArms(), description, scheme())), name: over };
    case 'csv':
      return { blob: textFile(seriesCsv(description, own.rows), 'text/csv'), name: name('series', 'csv') };
    case 'json': {
      const report = await reportOf(arm);
      return { blob: textFile(`${JSON.stringify(report, null, 2)}\n`, 'application/json'), name: name('report', 'json') };
    }
    case 'html':
      return { blob: textFile(await report(arm, description, name('', 'ron')), 'text/html'), name: name('report', 'html') };
  }
}

function graph(arm: ArmIndex, description: Description, scheming: Scheming): string {
  return graphSvg(description, studio.arms[arm].frame, scheming);
}

function charts(arms: readonly ArmIndex[], description: Description, scheming: Scheming): string {
  const shown = shownArms(arms, clientNames(arms)[0] ?? '');
  return chartsSvg(
    {
      title: titleOf(description),
      charts: chartsOf(shown),
      rows: studio.arms.map(({ rows }) => rows),
      marks: marksOfAll(shown),
      end: endOf(shown, studio.time),
      warmup: warmupOf(shown),
    },
    scheming,
  );
}

async function report(arm: ArmIndex, description: Description, file: string): Promise<string> {
  const { engine } = studio;
  // One after another: the engine that answers is the one that runs.
  const run = await reportOf(arm);
  const theory: TheoryLine[] = valueOf(await engine.theory(arm));
  const histograms: string[] = [];
  for (const { name, client } of description.nodes) {
    if (client === null) continue;
    const latency = run.clients?.[name]?.latency_ms ?? {};
    const percentiles = (['p50', 'p95', 'p99'] as const).map((key) => ({ name: key, ms: latency[key] ?? null }));
    const picture = histogramSvg(name, valueOf(await engine.histogram(client, arm)), percentiles, 'both');
    if (picture !== null) histograms.push(picture);
  }
  return reportHtml({
    text: studio.arms[arm].text,
    file,
    description,
    report: run,
    theory,
    marks: marksOfAll(shownArms([arm], '')),
    now: studio.time,
    version: studio.catalogue?.version ?? '',
    graph: graph(arm, description, 'both'),
    charts: charts([arm], description, 'both'),
    histograms,
  });
}

/**
 * The run so far. One that is over is run once more beside the live one, for only a whole run judges what the scenario expects;
 * its digest says that it is the same.
 */
async function reportOf(arm: ArmIndex): Promise<RunReport> {
  const own = studio.arms[arm];
  const live = valueOf(await studio.engine.report<RunReport>(arm));
  if (!live.digest || own.isWrong) return live;
  const whole = await studio.engine.run<RunReport>(own.text);
  return whole.ok && whole.value.digest === live.digest ? whole.value : live;
}

function valueOf<T>(outcome: Outcome<T>): T {
  if (outcome.ok) return outcome.value;
  throw new Error(outcome.problems.map(({ message }) => message).join('; '));
}

/** What the page looks like now: a picture in points cannot follow its reader. */
function scheme(): Scheme {
  const chosen = theme();
  if (chosen !== 'system') return chosen;
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}
