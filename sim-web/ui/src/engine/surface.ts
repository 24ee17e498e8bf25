// What `sim-web` gives to JavaScript, as the workers use it; what is told as JSON is parsed where it is used.
import * as bindings from '../../../pkg/sim_web.js';

/** A scenario that was compiled. */
export interface Scenario {
  /** What an arm plays. */
  script(): Uint8Array;
  /** {@link Description}, as it is at a time. */
  description(at: number): string;
  /** Of what an arm has found: as `escala run --json` prints it. */
  report(findings: Uint8Array): string;
  /** How to watch a whole run: for its claims and intervals, or, as one of several runs, for metrics. */
  watch(metrics?: string): Uint8Array;
  /** Of what was seen of a whole run: as `escala run --json` prints it. */
  whole_report(seen: Uint8Array): string;
  /** Of what was seen of a whole run: {@link Measured}. */
  measured(seen: Uint8Array, metrics: string): string;
  /** Of what an arm has found: {@link TheoryLine}s. */
  theory(findings: Uint8Array): string;
  free(): void;
}

/** What may be written where. */
export interface Language {
  outline(text: string, path: string): string;
  complete(text: string, offset: number): string;
}

interface Surface {
  /** Throws an `Error` whose message is `Problem[]` as JSON. */
  Scenario: new (text: string) => Scenario;
  /** Of the schema as JSON. */
  Language: new (schema: string) => Language;
  check(text: string): string;
  edit(text: string, edits: string): string;
  format(text: string): string;
  case_text(text: string, name: string): string;
  comparable_metrics(text: string, other: string): string;
  replication_seeds(seed: string, count: number): string;
  difference(first: Float64Array, second: Float64Array): string;
  interval(values: Float64Array): string;
  holm(chances: Float64Array): Float64Array;
}

export const engine = bindings as unknown as Surface;

/** Makes the functions above work. */
export async function start(module: WebAssembly.Module): Promise<void> {
  await bindings.default({ module_or_path: module });
}
