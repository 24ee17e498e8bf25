// The engine comes in two parts: what plays, and what the rest needs, which is more than twice as large and can come later. Each is
// fetched and compiled once; every worker gets the compiled module.
import toolsUrl from '../../../pkg/sim_web_bg.wasm?url';
import liveUrl from '../../../pkg/sim_web_live_bg.wasm?url';
import { kept } from './kept';

export type Part = 'live' | 'tools';

/** A kind of worker, by the parts it needs. */
export const PARTS = { live: ['live'], tools: ['tools'], runs: ['tools', 'live'] } as const satisfies Record<string, Part[]>;
export type Kind = keyof typeof PARTS;

const parts: Record<Part, () => Promise<WebAssembly.Module>> = {
  live: kept(() => compile(liveUrl)),
  tools: kept(() => compile(toolsUrl)),
};

/** What a worker of this kind needs, compiled. */
export function compiledEngine(kind: Kind): Promise<WebAssembly.Module[]> {
  return Promise.all(PARTS[kind].map((part) => parts[part]()));
}

async function compile(url: string): Promise<WebAssembly.Module> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`the engine could not be loaded: ${response.status} ${response.statusText}`);
  // Some hosts serve WASM under another type, which `compileStreaming` refuses.
  if (response.headers.get('content-type') !== 'application/wasm') {
    return WebAssembly.compile(await response.arrayBuffer());
  }
  return WebAssembly.compileStreaming(response);
}
