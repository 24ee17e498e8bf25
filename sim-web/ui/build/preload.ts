// The browser fetches the engine together with the script that asks for it, and not one after the other.
import type { Plugin } from 'vite';

export function preloadEngine(): Plugin {
  return {
    name: 'escala-preload-engine',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(_html, { bundle }) {
        const engines = Object.keys(bundle ?? {}).filter((file) => file.endsWith('.wasm'));
        return engines.map((file) => ({
          tag: 'link',
          injectTo: 'head' as const,
          attrs: { rel: 'preload', as: 'fetch', type: 'application/wasm', crossorigin: true, href: `./${file}` },
        }));
      },
    },
  };
}
