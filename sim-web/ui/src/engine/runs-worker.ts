/// <reference lib="webworker" />
// A worker of whole runs, of which the page has a pool: it reads texts, runs them, and tells what came of it.
import { run, start as startLive } from './live-surface';
import type { Measured, Outcome, Request } from './protocol';
import { done, parsed, serve } from './serve';
import { start as startTools } from './surface';
import { edited, using } from './texts';

serve(async ([tools, live]) => {
  await Promise.all([startTools(tools), startLive(live)]);
}, handle);

function handle(request: Request): Outcome<unknown> {
  switch (request.do) {
    case 'run':
      return edited(request, (text) => parsed(report(text)));
    case 'measure':
      return edited(request, (text) => done(measured(text, request.seed, JSON.stringify(request.metrics))));
    default:
      throw new Error(`\`${request.do}\` is for another worker`);
  }
}

/** As `escala run --json` prints it. */
function report(text: string): string {
  return using(text, (scenario) => scenario.whole_report(run(scenario.script(), undefined, scenario.watch())));
}

function measured(text: string, seed: string, metrics: string): Measured {
  return using(text, (scenario) => {
    const seen = run(scenario.script(), seed, scenario.watch(metrics));
    return JSON.parse(scenario.measured(seen, metrics)) as Measured;
  });
}
