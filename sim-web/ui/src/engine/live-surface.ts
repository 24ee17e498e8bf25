// What `sim-web/live` gives to JavaScript, as the live worker uses it.
import * as bindings from '../../../pkg/sim_web_live.js';

/** One run that can be looked into, changed and taken back while it goes on. */
export interface Arm {
  /** Until a time or for a number of events, whichever comes first; the status as a number. */
  advance(until: number, events: number): number;
  now(): number;
  frame(window: number): Float64Array;
  rows(from: number): Float64Array;
  row_count(): number;
  /** Six values an entry: when, the node, what, instances before and after, the target. */
  log(from: number): unknown[];
  /** Since when it differs, infinity if it does not, and where it stood; it may stand earlier afterwards. */
  amend(script: Uint8Array): Float64Array;
  /** Back to where `t` can be reached from, by advancing. */
  seek(t: number): void;
  /** One event; the time of it. */
  step(): number;
  /** Of what a `Scenario` makes a report. */
  findings(): Uint8Array;
  histogram(client: number): Float64Array;
  digest(): string;
  free(): void;
}

/** Of what a `Scenario` made. */
export const Arm: new (script: Uint8Array) => Arm = bindings.Arm;

/** A whole run of a script, watched as a `Scenario` wants it: what was seen, of which a `Scenario` makes a report. */
export const run: (script: Uint8Array, seed: string | undefined, watch: Uint8Array) => Uint8Array = bindings.run;

/** Makes these work. */
export async function start(module: WebAssembly.Module): Promise<void> {
  await bindings.default({ module_or_path: module });
}
