/// <reference lib="webworker" />
// The worker that holds the engine: it answers requests, and runs the live arms in slices.
import { catalogueOf, languageOf } from './catalogue';
import { Live } from './live';
import type { FromWorker, ToWorker } from './link';
import { intervalOf, judge } from './judge';
import type { Edit, Outcome, Problem, Request } from './protocol';
import { engine, start } from './surface';

const scope = self as unknown as DedicatedWorkerGlobalScope;

// Requests can come before the engine does; they are answered in order once it is there.
let give: (module: WebAssembly.Module) => void;
const ready = new Promise<WebAssembly.Module>((resolve) => (give = resolve)).then(start);
ready.catch((error: unknown) => trap(0, error));
let isBroken = false;
/** What the engine printed when it broke; the exception itself only says that it did. */
let lastWords = '';

const printError = console.error;
console.error = (...values: unknown[]) => {
  lastWords = String(values[0]);
  printError(...values);
};

// A message to oneself comes after the messages that wait, and is not delayed as timers are.
const nudge = new MessageChannel();
nudge.port1.onmessage = slice;

const live = new Live({
  clock: () => performance.now(),
  wake: (after) => {
    if (after === 0) nudge.port2.postMessage(null);
    else setTimeout(slice, after);
  },
  post: (tick, transfer) => send(tick, transfer),
});

scope.onmessage = ({ data }: MessageEvent<ToWorker>) => {
  if ('module' in data) {
    give(data.module);
    return;
  }
  const { id, request } = data;
  ready.then(
    () => answer(id, request),
    () => undefined,
  );
};

function answer(id: number, request: Request): void {
  if (isBroken) return;
  try {
    const outcome = handle(request);
    if (!(outcome instanceof Promise)) tell(id, outcome);
    else outcome.then((found) => tell(id, found)).catch((error: unknown) => fail(id, error));
  } catch (error) {
    fail(id, error);
  }
}

function tell(id: number, outcome: Outcome<unknown>): void {
  const transfer = outcome.ok && outcome.value instanceof Float64Array ? [outcome.value.buffer as ArrayBuffer] : [];
  send({ id, outcome, trap: null }, transfer);
}

function fail(id: number, error: unknown): void {
  const problems = problemsOf(error);
  if (problems) send({ id, outcome: { ok: false, problems }, trap: null });
  else trap(id, error);
}

function slice(): void {
  if (isBroken) return;
  try {
    live.slice();
  } catch (error) {
    trap(0, error);
  }
}

function handle(request: Request): Outcome<unknown> | Promise<Outcome<unknown>> {
  switch (request.do) {
    case 'open':
      return done(live.open(request.arm, new engine.Arm(request.text), request.at));
    case 'amend':
      return edited(request, (text) => live.amend(request.arm, text));
    case 'close':
      return done(live.close(request.arm));
    case 'play':
      return done(live.play(request.speed));
    case 'pause':
      return done(live.pause());
    case 'step':
      return done(live.step(request.events, request.seconds));
    case 'seek':
      return done(live.seek(request.to));
    case 'report':
      return parsed(armOf(request.arm).report());
    case 'theory':
      return parsed(armOf(request.arm).theory());
    case 'histogram':
      return done(armOf(request.arm).histogram(request.client));
    case 'csv':
      return done(armOf(request.arm).csv());
    case 'digest':
      return done(armOf(request.arm).digest());
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
    case 'run':
      return edited(request, (text) => parsed(engine.run(text, request.seed ?? undefined)));
    case 'measure':
      return edited(request, (text) => parsed(engine.measure(text, request.seed, JSON.stringify(request.metrics))));
  }
}

function edited({ text, edits }: { text: string; edits: Edit[] }, run: (text: string) => Outcome<unknown>): Outcome<unknown> {
  if (edits.length === 0) return run(text);
  const outcome = parsed(engine.edit(text, JSON.stringify(edits))) as Outcome<{ text: string }>;
  return outcome.ok ? run(outcome.value.text) : outcome;
}

function armOf(index: number) {
  const arm = live.arm(index);
  if (!arm) throw new Error(`arm ${index} is not open`);
  return arm;
}

function done(value: unknown): Outcome<unknown> {
  return { ok: true, value: value ?? null };
}

/** What the engine tells as JSON: an outcome, or a value that cannot fail. */
function parsed(json: string): Outcome<unknown> {
  const value: unknown = JSON.parse(json);
  const isOutcome = typeof value === 'object' && value !== null && 'ok' in value;
  return isOutcome ? (value as Outcome<unknown>) : { ok: true, value };
}

/** The problems that an error of the engine tells; none if it is not such an error but a trap, or a stack or memory used up. */
function problemsOf(error: unknown): Problem[] | null {
  if (!(error instanceof Error) || error instanceof WebAssembly.RuntimeError || error instanceof RangeError) return null;
  try {
    const problems: unknown = JSON.parse(error.message);
    if (Array.isArray(problems)) return problems as Problem[];
  } catch {
    // Plain words.
  }
  const nowhere = { from: null, to: null, line: null, column: null, label: null, help: null, fix: null };
  return [{ severity: 'error', code: 'engine', message: error.message, ...nowhere }];
}

function trap(id: number, error: unknown): void {
  isBroken = true;
  const message = error instanceof Error ? error.message : String(error);
  send({ id, outcome: null, trap: panicOf(lastWords) ?? message });
}

/** Of what a panic prints, the sentence: without the place before and the stack after it. */
function panicOf(printed: string): string | null {
  const [, words] = /panicked at [^\n]*\n([^\n]+)/.exec(printed) ?? [];
  return words ?? null;
}

function send(message: FromWorker, transfer: Transferable[] = []): void {
  scope.postMessage(message, { transfer });
}
