// The template of a fault, as the engine gives it, as fields that can be changed before it strikes.

export interface TemplateField {
  /** The name in scenario text: `for`; empty where it has none. */
  name: string;
  kind: 'number' | 'quantity' | 'flag';
  /** As in scenario text, without quotes. */
  value: string;
}

export interface Template {
  /** Text, and positions in `fields`, one after another. */
  parts: (string | number)[];
  fields: TemplateField[];
}

/** Strings and their escapes, names before a colon, numbers, and the two truth values. */
const TOKEN = /"((?:[^"\\]|\\.)*)"|([A-Za-z_]\w*)(\s*:)?|-?\d[\d_]*(?:\.\d+)?/g;

/** Splits a template at what can be changed. What holds `{target}` is not for changing. */
export function parseTemplate(text: string): Template {
  const parts: (string | number)[] = [];
  const fields: TemplateField[] = [];
  let told = 0;
  let name = '';
  const add = (kind: TemplateField['kind'], value: string, from: number, to: number) => {
    if (from > told) parts.push(text.slice(told, from));
    parts.push(fields.length);
    fields.push({ name, kind, value });
    told = to;
    name = '';
  };
  for (const match of text.matchAll(TOKEN)) {
    const [whole, quoted, word, colon] = match;
    const to = match.index + whole.length;
    if (word !== undefined) {
      if (colon !== undefined) name = word;
      else if (word === 'true' || word === 'false') add('flag', word, match.index, to);
    } else if (quoted === undefined) add('number', whole, match.index, to);
    else if (isQuantity(quoted)) add('quantity', quoted, match.index, to);
    else name = '';
  }
  if (told < text.length) parts.push(text.slice(told));
  return { parts, fields };
}

/** The scenario text of a fault with these values for its fields. */
export function fill(template: Template, target: string, values: readonly string[]): string {
  return template.parts
    .map((part) => {
      if (typeof part === 'string') return part.replaceAll('{target}', escape(target));
      const field = template.fields[part];
      const value = values[part] ?? field?.value ?? '';
      return field?.kind === 'quantity' ? `"${escape(value)}"` : value;
    })
    .join('');
}

/** Whether a value can stand in a field: the engine says whether it makes sense. */
export function fits(field: TemplateField, value: string): boolean {
  if (field.kind === 'flag') return value === 'true' || value === 'false';
  if (field.kind === 'number') return /^-?\d[\d_]*(\.\d+)?$/.test(value.trim());
  return isQuantity(value.trim());
}

/** `30s`, `1.5ms`, `20%`, `2400/s`, `10Mbit/s`. */
function isQuantity(text: string): boolean {
  return /^-?\d[\d_]*(\.\d+)?\s*[%A-Za-zµ/]*$/.test(text);
}

function escape(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"');
}
