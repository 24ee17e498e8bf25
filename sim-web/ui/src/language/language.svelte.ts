// The language of the page: chosen once, kept, and told to assistive technology by `lang`.

export type Language = 'en' | 'es';

export const LANGUAGES: { code: Language; name: string }[] = [
  { code: 'en', name: 'English' },
  { code: 'es', name: 'Español' },
];

const KEY = 'escala.language';

class Chosen {
  #current = $state<Language>(initial());

  constructor() {
    tell(this.#current);
  }

  get current(): Language {
    return this.#current;
  }

  set current(language: Language) {
    this.#current = language;
    tell(language);
    try {
      localStorage.setItem(KEY, language);
    } catch {
      // Storage can be forbidden; the choice then holds until the page is left.
    }
  }
}

function initial(): Language {
  const known = (code: string | null | undefined): code is Language => code === 'en' || code === 'es';
  try {
    const stored = globalThis.localStorage?.getItem(KEY);
    if (known(stored)) return stored;
  } catch {
    // See above.
  }
  const wanted = globalThis.navigator?.languages ?? [];
  return wanted.map((tag) => tag.slice(0, 2)).find(known) ?? 'en';
}

function tell(language: Language): void {
  if (globalThis.document) document.documentElement.lang = language;
}

/** The current language; reading it in a template makes the template follow it. */
export const language = new Chosen();
