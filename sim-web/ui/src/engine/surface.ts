// What `sim-web` gives to JavaScript, as the workers use it; what is told as JSON is parsed here and nowhere else.
import * as bindings from '../../../pkg/sim_web.js';

/** One run that can be looked into, changed and taken back while it goes on. */
export interface Arm {
  /** {@link Description} */
  description(): string;
  /** Until a time or for a number of events, whichever comes first; the status as a number. */
  advance(until: number, events: number): number;
  now(): number;
  frame(window: number): Float64Array;
  rows(from: number): Float64Array;
  row_count(): number;
  log(from: number): string;
  /** Outcome of `{since, goal}`; the arm may stand earlier than `goal` afterwards. */
  amend(text: string): string;
  /** Back to where `t` can be reached from, by advancing. */
  seek(t: number): void;
  /** One event; the time of it. */
  step(): number;
  report(): string;
  theory(): string;
  histogram(client: number): Float64Array;
  csv(): string;
  digest(): string;
  free(): void;
}

/** What may be written where. */
export interface Language {
  outline(text: string, path: string): string;
  complete(text: string, offset: number): string;
}

interface Surface {
  /** Throws an `Error` whose message is `Problem[]` as JSON. */
  Arm: new (text: string) => Arm;
  /** Of the schema as JSON. */
  Language: new (schema: string) => Language;
  check(text: string): string;
  edit(text: string, edits: string): string;
  format(text: string): string;
  run(text: string, seed?: string): string;
  case_text(text: string, name: string): string;
  comparable_metrics(text: string, other: string): string;
  replication_seeds(seed: string, count: number): string;
  measure(text: string, seed: string, metrics: string): string;
  difference(first: Float64Array, second: Float64Array): string;
  interval(values: Float64Array): string;
  holm(chances: Float64Array): Float64Array;
}

export const engine = bindings as unknown as Surface;

/** Makes the functions above work. */
export async function start(module: WebAssembly.Module): Promise<void> {
  await bindings.default({ module_or_path: module });
}
