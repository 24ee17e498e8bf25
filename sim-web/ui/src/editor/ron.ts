// The words of RON text as CodeMirror colours them: names of fields, kinds and variants, strings with quantities, numbers, comments.
import { HighlightStyle, StreamLanguage, syntaxHighlighting, type StreamParser } from '@codemirror/language';
import type { Extension } from '@codemirror/state';
import { tags } from '@lezer/highlight';

interface RonState {
  /** How deep comments are nested. */
  comment: number;
  /** With how many hashes the raw string ends that is open; null outside of one. */
  raw: number | null;
}

const parser: StreamParser<RonState> = {
  name: 'ron',
  startState: () => ({ comment: 0, raw: null }),
  token(stream, state) {
    if (state.comment > 0) return insideComment(stream, state);
    if (state.raw !== null) return insideRaw(stream, state);
    if (stream.eatSpace()) return null;
    if (stream.match('//')) {
      stream.skipToEnd();
      return 'comment';
    }
    if (stream.match('/*')) {
      state.comment = 1;
      return insideComment(stream, state);
    }
    const raw = stream.match(/^r(#*)"/) as RegExpMatchArray | null;
    if (raw) {
      state.raw = raw[1]?.length ?? 0;
      return insideRaw(stream, state);
    }
    const string = stream.match(/^"(?:[^"\\]|\\.)*"?/);
    // A string before a colon is the key of a map: the name of a node, a class, a case.
    if (string) return stream.match(/^\s*:/, false) ? 'propertyName' : 'string';
    if (stream.match(/^-?[0-9][0-9_]*(?:\.[0-9_]+)?(?:[eE][+-]?[0-9]+)?/)) return 'number';
    if (stream.match(/^(?:true|false)\b/)) return 'bool';
    if (stream.match(/^[a-z_][A-Za-z0-9_]*(?=\s*:)/)) return 'attributeName';
    if (stream.match(/^[A-Za-z_][A-Za-z0-9_]*/)) return 'typeName';
    stream.next();
    return null;
  },
  languageData: { commentTokens: { line: '//', block: { open: '/*', close: '*/' } }, closeBrackets: { brackets: ['(', '[', '{', '"'] } },
};

type Stream = Parameters<typeof parser.token>[0];

function insideComment(stream: Stream, state: RonState): string {
  while (state.comment > 0 && !stream.eol()) {
    if (stream.match('*/')) state.comment -= 1;
    else if (stream.match('/*')) state.comment += 1;
    else stream.next();
  }
  return 'comment';
}

function insideRaw(stream: Stream, state: RonState): string {
  const end = `"${'#'.repeat(state.raw ?? 0)}`;
  while (!stream.eol()) {
    if (stream.match(end)) {
      state.raw = null;
      break;
    }
    stream.next();
  }
  return 'string';
}

const style = HighlightStyle.define([
  { tag: tags.comment, color: 'var(--faint)', fontStyle: 'italic' },
  { tag: tags.string, color: 'var(--series-3)' },
  { tag: [tags.number, tags.bool], color: 'var(--series-4)' },
  { tag: tags.propertyName, color: 'var(--ink)', fontWeight: '600' },
  { tag: tags.attributeName, color: 'var(--ink)' },
  { tag: tags.typeName, color: 'var(--accent)' },
]);

/** Colours and comment marks of RON. */
export function ron(): Extension {
  return [StreamLanguage.define(parser), syntaxHighlighting(style)];
}
