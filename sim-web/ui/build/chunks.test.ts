import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { chunkNames } from './chunks.ts';

test('the page is one chunk, without what has started before it and what comes later', () => {
  // The page imports `graph` at once, and something else when it is needed; with its start it shares `link`.
  const imports: Record<string, string[]> = { 'src/main.ts': ['link'], 'src/page.ts': ['graph', 'link'], graph: ['words', 'graph'] };
  const modules = new Map(Object.entries(imports).map(([id, found]) => [id.startsWith('src') ? resolve('/ui', id) : id, found]));
  const context = { getModuleInfo: (id: string) => ({ importedIds: modules.get(id) ?? [] }) };
  const name = chunkNames('/ui');
  const names = [resolve('/ui', 'src/page.ts'), 'graph', 'words', 'link', resolve('/ui', 'src/main.ts'), 'editor'];
  expect(names.map((id) => name(id, context))).toEqual(['page', 'page', 'page', null, null, null]);
});
