/// <reference lib="webworker" />
// What all workers do: they wait for their parts of the engine, answer requests in order, and tell when it breaks.
import type { FromWorker, ToWorker } from './link';
import type { Outcome, Problem, Request } from './protocol';

const scope = self as unknown as DedicatedWorkerGlobalScope;

let isBroken = false;
/** What the engine printed when it broke; the exception itself only says that it did. */
let lastWords = '';

const printError = console.error;
console.error = (...values: unknown[]) => {
  lastWords = String(values[0]);
  printError(...values);
};

/** The parts that a kind of worker needs, in the order in which it names them. */
type Modules = [WebAssembly.Module, WebAssembly.Module];
type Handle = (request: Request) => Outcome<unknown> | Promise<Outcome<unknown>>;

/** Answers requests with `handle` from when `start` has started the engine. */
export function serve(start: (modules: Modules) => Promise<void>, handle: Handle): void {
  let give: (modules: Modules) => void;
  // Requests can come before the engine does; they are answered in order once it is there.
  const ready = new Promise<Modules>((resolve) => (give = resolve)).then(start);
  ready.catch((error: unknown) => trap(0, error));
  scope.onmessage = ({ data }: MessageEvent<ToWorker>) => {
    if ('modules' in data) {
      give(data.modules as Modules);
      return;
    }
    const { id, request } = data;
    ready.then(
      () => answer(id, request, handle),
      () => undefined,
    );
  };
}

/** Does something that nobody has asked for; nothing once the engine is broken. */
export function unasked(work: () => void): void {
  if (isBroken) return;
  try {
    work();
  } catch (error) {
    trap(0, error);
  }
}

export function done(value: unknown): Outcome<unknown> {
  return { ok: true, value: value ?? null };
}

function answer(id: number, request: Request, handle: Handle): void {
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

/** What the engine tells as JSON: an outcome, or a value that cannot fail. */
export function parsed(json: string): Outcome<unknown> {
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

export function send(message: FromWorker, transfer: Transferable[] = []): void {
  scope.postMessage(message, { transfer });
}
