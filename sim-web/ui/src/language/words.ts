// Dictionaries: each feature defines its words in both languages, and reads them as plain fields.
import { language, type Language } from './language.svelte';

/** A word or sentence, or a function that makes one out of values. */
type Term = string | ((...values: never[]) => string);
type Entry = Record<Language, Term>;
type Read<E extends Entry> = E['en'] extends string ? string : E['en'];

/**
 * `const words = define({ queue: { en: 'queue', es: 'cola' }, left: { en: (n: number) => `${n} left`, es: … } })`;
 * then `words.queue` and `words.left(3)` are in the current language, and a template that reads them follows it.
 */
export function define<D extends Record<string, Entry>>(entries: D): { readonly [W in keyof D]: Read<D[W]> } {
  const words = {};
  for (const [word, entry] of Object.entries(entries)) {
    Object.defineProperty(words, word, { enumerable: true, get: () => entry[language.current] });
  }
  return words as { readonly [W in keyof D]: Read<D[W]> };
}
