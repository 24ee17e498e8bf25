/// <reference lib="webworker" />
// The worker of texts.
import { catalogueOf, languageOf } from './catalogue';
import { intervalOf, judge } from './judge';
import type { Compiled, Description, Outcome, Request } from './protocol';
import { done, parsed, serve } from './serve';
import { engine, start } from './surface';
import { edited, using } from './texts';

serve(([tools]) => start(tools), handle);

function handle(request: Request): Outcome<unknown> | Promise<Outcome<unknown>> {
  switch (request.do) {
    case 'compile':
      return edited(request, (text) => done(compiled(text, request.at)));
    case 'report':
      return parsed(using(request.text, (scenario) => scenario.report(request.findings)));
    case 'theory':
      return parsed(using(request.text, (scenario) => scenario.theory(request.findings)));
    case 'catalogue':
      return catalogueOf().then(done);
    case 'check':
      return parsed(engine.check(request.text));
    case 'edit':
      return parsed(engine.edit(request.text, JSON.stringify(request.edits)));
    case 'complete':
      return languageOf().then((language) => parsed(language.complete(request.text, request.offset)));
    case 'format':
      return parsed(engine.format(request.text));
    case 'outline':
      return languageOf().then((language) => parsed(language.outline(request.text, request.path)));
    case 'case':
      return parsed(engine.case_text(request.text, request.name));
    case 'metrics':
      return parsed(engine.comparable_metrics(request.text, request.other));
    case 'seeds':
      return parsed(engine.replication_seeds(request.seed, request.count));
    case 'judge':
      return done(judge(engine, request.pairs));
    case 'intervals':
      return done(request.samples.map((sample) => intervalOf(engine, sample)));
    default:
      throw new Error(`\`${request.do}\` is for another worker`);
  }
}

/** Throws what is wrong with the text. */
function compiled(text: string, at: number): Compiled {
  return using(text, (scenario) => {
    const script = scenario.script();
    return { text, script, description: JSON.parse(scenario.description(at)) as Description };
  });
}
