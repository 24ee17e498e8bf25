// What `sim-web/live` gives to JavaScript, as the live worker uses it; what is told as JSON is parsed where it is used.
import * as bindings from '../../../pkg/sim_web_live.js';

/** One run that can be looked into, changed and taken back while it goes on. */
export interface Arm {
  /** Until a time or for a number of events, whichever comes first; the status as a number. */
  advance(until: number, events: number): number;
  now(): number;
  frame(window: number): Float64Array;
  rows(from: number): Float64Array;
  row_count(): number;
  log(from: number): string;
  /** `{since, goal}`; the arm may stand earlier than `goal` afterwards. */
  amend(script: Uint8Array): string;
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

/** Of what a `Scenario` made. */
export const Arm: new (script: Uint8Array) => Arm = bindings.Arm;

/** Makes `Arm` work. */
export async function start(module: WebAssembly.Module): Promise<void> {
  await bindings.default({ module_or_path: module });
}
