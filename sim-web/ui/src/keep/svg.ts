// Writing SVG: text is escaped, numbers are short, and a picture says what it shows to those who cannot see it.
import { rules, type Scheming } from './palette';

const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif";

/** Letters that no XML can hold. */
const FORBIDDEN = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu;

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** A text as it can stand in markup, between tags and in attributes. */
export function escaped(text: string): string {
  return text.replace(FORBIDDEN, '\u{fffd}').replace(/[&<>"']/g, (letter) => ENTITIES[letter] ?? letter);
}

/** A coordinate: tenths of a pixel are enough. */
export function at(value: number): string {
  return String(Math.round(value * 10) / 10);
}

type Attributes = Record<string, string | number | null>;

export function element(name: string, attributes: Attributes, content = ''): string {
  const written = Object.entries(attributes).map(([key, value]) => {
    return value === null ? '' : ` ${key}="${typeof value === 'number' ? at(value) : escaped(value)}"`;
  });
  return content === '' ? `<${name}${written.join('')}/>` : `<${name}${written.join('')}>${content}</${name}>`;
}

export function text(x: number, y: number, words: string, attributes: Attributes = {}): string {
  return element('text', { x, y, class: 'f-ink', ...attributes }, escaped(words));
}

export interface Picture {
  width: number;
  height: number;
  title: string;
  /** What it shows, in a sentence. */
  description: string;
  content: string;
  /** Names of the colours in it. */
  colours: readonly string[];
}

/** A picture that stands on its own. */
export function svg({ width, height, title, description, content, colours }: Picture, scheming: Scheming): string {
  const style = `text{font:12px ${FONT};font-variant-numeric:tabular-nums}.bold{font-weight:600}.halo{paint-order:stroke;stroke-width:4px;stroke-linejoin:round}.line{fill:none;stroke-linejoin:round}`;
  const head = `<title>${escaped(title)}</title><desc>${escaped(description)}</desc><style>${style}${rules(colours, scheming)}</style>`;
  const paper = element('rect', { class: 'f-paper', width: '100%', height: '100%' });
  const size = `width="${at(width)}" height="${at(height)}" viewBox="0 0 ${at(width)} ${at(height)}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img">${head}${paper}${content}</svg>\n`;
}
