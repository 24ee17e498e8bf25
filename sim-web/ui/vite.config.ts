// How the page is built: static files that work under any path of any host.
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { chunkNames } from './build/chunks.ts';
import { offline } from './build/offline.ts';
import { opening } from './build/opening.ts';
import { preload } from './build/preload.ts';

export default defineConfig({
  // Relative, so that the built page works under any sub-path.
  base: './',
  plugins: [svelte(), opening(), preload(), offline()],
  build: {
    target: 'es2022',
    // A picture inlined into a script is loaded by everybody; as a file only by those who see it.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1024,
    rolldownOptions: {
      output: { codeSplitting: { includeDependenciesRecursively: false, groups: [{ name: chunkNames(import.meta.dirname) }] } },
    },
  },
  worker: { format: 'es' },
  server: {
    // The scenarios in `models/` and the engine in `sim-web/pkg` lie outside of this folder.
    fs: { allow: ['../..'] },
  },
  // Tests import the components that run in the browser, not those that render on a server.
  resolve: process.env['VITEST'] ? { conditions: ['browser'] } : {},
  test: { include: ['src/**/*.test.ts', 'build/**/*.test.ts'] },
});
