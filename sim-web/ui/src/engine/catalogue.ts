// What the engine offers: told by the command when the page is built, and fetched when somebody asks.
import url from '../../../pkg/catalogue.json?url';
import type { Catalogue } from './protocol';
import { engine, type Language } from './surface';

let fetched: Promise<Catalogue> | null = null;
let language: Promise<Language> | null = null;

export function catalogueOf(): Promise<Catalogue> {
  fetched ??= load();
  fetched.catch(() => {
    // A network that failed once may work the next time.
    fetched = null;
    language = null;
  });
  return fetched;
}

/** What may be written where. */
export function languageOf(): Promise<Language> {
  language ??= catalogueOf().then(({ schema }) => new engine.Language(JSON.stringify(schema)));
  return language;
}

async function load(): Promise<Catalogue> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`the catalogue could not be loaded: ${response.status} ${response.statusText}`);
  return response.json() as Promise<Catalogue>;
}
