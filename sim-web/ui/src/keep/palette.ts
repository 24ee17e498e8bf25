// The colours of the page for pictures that leave it: read from palette.css, so that there is one place for colours.
import css from '../style/palette.css?raw';

export type Scheme = 'light' | 'dark';

/** Follows the reader's system where it is looked at; or is one of the two for ever, as a PNG has to be. */
export type Scheming = Scheme | 'both';

type Colours = Record<string, string>;

let known: Record<Scheme, Colours> | null = null;

/** All colours by name, light and dark. */
export function palette(): Record<Scheme, Colours> {
  known ??= read(css);
  return known;
}

/** The custom properties of a style sheet; those that refer to others are followed. */
export function read(sheet: string): Record<Scheme, Colours> {
  const found: Record<Scheme, Colours> = { light: {}, dark: {} };
  for (const [, name = '', value = ''] of sheet.matchAll(/--([\w-]+):\s*([^;]+);/g)) {
    const [, light, dark] = /^light-dark\(\s*([^,]+?)\s*,\s*([^)]+?)\s*\)$/.exec(value) ?? [null, value, value];
    found.light[name] = light ?? value;
    found.dark[name] = dark ?? value;
  }
  for (const scheme of [found.light, found.dark]) {
    for (const [name, value] of Object.entries(scheme)) {
      const [, other] = /^var\(--([\w-]+)\)$/.exec(value) ?? [];
      if (other !== undefined) scheme[name] = scheme[other] ?? value;
    }
  }
  return found;
}

/** Of the names given, rules that set `fill` (class `f-name`) and `stroke` (class `s-name`). */
export function rules(names: readonly string[], scheming: Scheming): string {
  const { light, dark } = palette();
  const of = (colours: Colours) => names.map((name) => `.f-${name}{fill:${colours[name]}}.s-${name}{stroke:${colours[name]}}`).join('');
  if (scheming !== 'both') return of(scheming === 'dark' ? dark : light);
  return `${of(light)}@media (prefers-color-scheme:dark){${of(dark)}}`;
}
