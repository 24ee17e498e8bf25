// The engine without workers, for tests.
import { readFileSync } from 'node:fs';
import * as tools from '../../../pkg/sim_web.js';
import * as live from '../../../pkg/sim_web_live.js';
import type { Arm } from './live-surface';
import type { Description } from './protocol';

export function startEngine(): void {
  for (const [part, file] of [[tools, 'sim_web'], [live, 'sim_web_live']] as const) {
    part.initSync({ module: readFileSync(new URL(`../../../pkg/${file}_bg.wasm`, import.meta.url)) });
  }
}

/** What an arm plays. */
export function scriptOf(text: string): Uint8Array {
  return new tools.Scenario(text).script();
}

/** A live run of a text. */
export function armOf(text: string): Arm {
  return new live.Arm(scriptOf(text));
}

export function describe(text: string, at = 0): Description {
  return JSON.parse(new tools.Scenario(text).description(at)) as Description;
}
