// What the engine offers: told by the command when the page is built, and fetched when somebody asks.
import url from '../../../pkg/catalogue.json?url';
import { kept } from './kept';
import type { Catalogue } from './protocol';
import { engine } from './surface';

export const catalogueOf = kept(load);

/** What may be written where. */
export const languageOf = kept(async () => {
  const { schema } = await catalogueOf();
  return new engine.Language(JSON.stringify(schema));
});

async function load(): Promise<Catalogue> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`the catalogue could not be loaded: ${response.status} ${response.statusText}`);
  return response.json() as Promise<Catalogue>;
}
