// What the first frame needs is fetched together with the script that asks for it, and not one after the other: what plays live
// runs, the page on top of it, and how that looks. The page is a script of its own, so that the document is loaded only once the page is there.
import { relative } from 'node:path';
import type { HtmlTagDescriptor, Plugin, Rolldown } from 'vite';

const PAGE = 'src/page.ts';
const ENGINE = /sim_web_live_bg.*\.wasm$/;

export function preload(): Plugin {
  let root = '';
  return {
    name: 'escala-preload',
    apply: 'build',
    configResolved(config) {
      root = config.root;
    },
    transformIndexHtml: {
      order: 'post',
      handler(_html, { bundle = {} }) {
        const engines = Object.keys(bundle).filter((file) => ENGINE.test(file));
        const chunks = Object.values(bundle).filter((part) => part.type === 'chunk');
        const page = chunks.find((chunk) => chunk.moduleIds.some((id) => relative(root, id) === PAGE));
        if (!page) throw new Error(`the build has no chunk for ${PAGE}`);
        const imported = importedBy(page, chunks);
        const styles = [page, ...imported].flatMap((chunk) => [...(chunk.viteMetadata?.importedCss ?? [])]);
        return [
          ...engines.map((file) => link({ rel: 'preload', as: 'fetch', type: 'application/wasm', href: `./${file}` })),
          ...imported.map((chunk) => link({ rel: 'modulepreload', href: `./${chunk.fileName}` })),
          { tag: 'script', injectTo: 'head', attrs: { type: 'module', crossorigin: true, src: `./${page.fileName}` } },
          ...styles.map((file) => link({ rel: 'stylesheet', href: `./${file}` })),
        ];
      },
    },
  };
}

function link(attributes: Record<string, string>): HtmlTagDescriptor {
  return { tag: 'link', injectTo: 'head', attrs: { crossorigin: true, ...attributes } };
}

/** The chunks that one imports at once; what starts the page is asked for by the document already. */
function importedBy(page: Rolldown.OutputChunk, chunks: Rolldown.OutputChunk[]): Rolldown.OutputChunk[] {
  const found = new Set<Rolldown.OutputChunk>();
  const visit = (chunk: Rolldown.OutputChunk) => {
    if (found.has(chunk) || chunk.isEntry) return;
    found.add(chunk);
    for (const file of chunk.imports) {
      const imported = chunks.find((other) => other.fileName === file);
      if (imported) visit(imported);
    }
  };
  visit(page);
  found.delete(page);
  return [...found];
}
