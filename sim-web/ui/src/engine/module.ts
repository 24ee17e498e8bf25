// The engine is fetched and compiled once; every worker gets the compiled module.
import wasmUrl from '../../../pkg/sim_web_bg.wasm?url';

let compiled: Promise<WebAssembly.Module> | null = null;

export function compiledEngine(): Promise<WebAssembly.Module> {
  compiled ??= compile();
  compiled.catch(() => {
    // A network that failed once may work the next time.
    compiled = null;
  });
  return compiled;
}

async function compile(): Promise<WebAssembly.Module> {
  const response = await fetch(wasmUrl);
  if (!response.ok) throw new Error(`the engine could not be loaded: ${response.status} ${response.statusText}`);
  // Some hosts serve WASM under another type, which `compileStreaming` refuses.
  if (response.headers.get('content-type') !== 'application/wasm') {
    return WebAssembly.compile(await response.arrayBuffer());
  }
  return WebAssembly.compileStreaming(response);
}
