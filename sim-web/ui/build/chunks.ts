// The page begins with one script and not with as many as its parts share: a server answers one question sooner than seven.
import { resolve } from 'node:path';

type Find = (id: string) => { importedIds: readonly string[] } | null;

/** Names the chunk of a module: one for all that the page imports at once, but for what has started before it. */
export function chunkNames(root: string): (id: string, context: { getModuleInfo: Find }) => string | null {
  let page: ReadonlySet<string> | null = null;
  return (id, context) => {
    page ??= pageOf(root, (other) => context.getModuleInfo(other));
    return page.has(id) ? 'page' : null;
  };
}

function pageOf(root: string, find: Find): Set<string> {
  const started = closureOf(resolve(root, 'src/main.ts'), find);
  const all = closureOf(resolve(root, 'src/page.ts'), find);
  return new Set([...all].filter((id) => !started.has(id)));
}

function closureOf(start: string, find: Find): Set<string> {
  const found = new Set<string>();
  const visit = (id: string) => {
    if (found.has(id)) return;
    found.add(id);
    find(id)?.importedIds.forEach(visit);
  };
  visit(start);
  return found;
}
