// The scenario that the page opens with, compiled by the engine while the page is built.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

const NAME = 'virtual:opening';
const MODEL = fileURLToPath(new URL('../../../models/basics/three-tier.ron', import.meta.url));
const ENGINE = new URL('../../pkg/sim_web.js', import.meta.url);
const CODE = new URL('../../pkg/sim_web_bg.wasm', import.meta.url);

interface Bindings {
  initSync(options: { module: Uint8Array }): void;
  Scenario: new (text: string) => { script(): Uint8Array; description(at: number): string };
}

export function opening(): Plugin {
  return {
    name: 'escala-opening',
    resolveId: (id) => (id === NAME ? `\0${NAME}` : null),
    async load(id) {
      if (id !== `\0${NAME}`) return null;
      this.addWatchFile(MODEL);
      const { initSync, Scenario } = (await import(ENGINE.href)) as Bindings;
      initSync({ module: readFileSync(CODE) });
      const text = readFileSync(MODEL, 'utf8');
      const scenario = new Scenario(text);
      const description = scenario.description(0);
      // A description is of a time; this one is taken for any.
      const { timeline } = JSON.parse(description) as { timeline: { what: string }[] };
      if (timeline.some(({ what }) => what === 'Set')) this.error(`${MODEL} changes over time`);
      const script = Buffer.from(scenario.script()).toString('base64');
      return [
        `export const text = ${JSON.stringify(text)};`,
        `export const script = ${JSON.stringify(script)};`,
        `export const description = ${description};`,
      ].join('\n');
    },
  };
}
