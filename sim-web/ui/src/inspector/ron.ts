// Small pieces of scenario text: strings in quotes, keys in paths.

/** A text in quotes, as a scenario writes it. */
export function quote(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n').replaceAll('\t', '\\t')}"`;
}

/** What a literal in quotes says; text without quotes is itself. */
export function unquote(literal: string): string {
  return readString(literal.trim(), 0)?.text ?? literal.trim();
}

/** The string literal that begins at `from`, also a raw one, and where it ends. */
export function readString(text: string, from: number): { text: string; end: number } | null {
  const raw = /^r(#*)"/.exec(text.slice(from));
  if (raw) {
    const start = from + raw[0].length;
    const end = text.indexOf(`"${raw[1]}`, start);
    return end < 0 ? null : { text: text.slice(start, end), end: end + 1 + (raw[1] ?? '').length };
  }
  if (text[from] !== '"') return null;
  let read = '';
  for (let at = from + 1; at < text.length; at += 1) {
    const letter = text[at];
    if (letter === '"') return { text: read, end: at + 1 };
    if (letter !== '\\') {
      read += letter;
      continue;
    }
    at += 1;
    const code = /^u\{([0-9a-fA-F]+)\}/.exec(text.slice(at));
    if (code) {
      read += String.fromCodePoint(parseInt(code[1] ?? '', 16));
      at += code[0].length - 1;
    } else {
      const escaped = text[at] ?? '';
      read += { n: '\n', t: '\t', r: '\r', '0': '\0' }[escaped] ?? escaped;
    }
  }
  return null;
}

/** A name as a segment of a path: quoted unless it is a plain word. */
export function segment(name: string): string {
  return /^[\p{L}_][\p{L}\p{N}_-]*$/u.test(name) ? name : quote(name);
}

/** The segments of a path, without quotes. */
export function segments(path: string): string[] {
  const found: string[] = [];
  for (let at = 0; at < path.length; ) {
    const quoted = readString(path, at);
    const dot = path.indexOf('.', at);
    const end = quoted ? quoted.end : dot < 0 ? path.length : dot;
    found.push(quoted ? quoted.text : path.slice(at, end));
    at = end + 1;
  }
  return found;
}
