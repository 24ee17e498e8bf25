// What a mark says: in a flag's name, in its note, and beside the cursor.
import { numbers } from '../language';
import type { Mark, MarkKind } from './events';
import { words } from './words';

/** Beside colour: a shape for each kind. */
export const GLYPHS: Record<MarkKind, string> = { fault: '✕', change: '◆', scaled: '↕', mended: '✓' };

/** Without the time: `Hang db, for 10 s`. */
export function labelOf(mark: Mark): string {
  switch (mark.kind) {
    case 'scaled':
      return words.scaled(mark.target, numbers.count(mark.from), numbers.count(mark.to));
    case 'mended':
      return words.mended(mark.target);
    case 'change':
      return words.changed(mark.target, mark.detail);
    case 'fault': {
      const what = mark.what ? `${mark.what} ${mark.target}`.trim() : words.broke(mark.target);
      return mark.span === null ? what : `${what}, ${words.lasts(numbers.span(mark.span))}`;
    }
  }
}

/** With its time, and with its arm where there are two: `1:00.0 Hang db, for 10 s (arm B)`. */
export function sentenceOf(mark: Mark, hasTwo: boolean): string {
  const sentence = `${numbers.clock(mark.at)} ${labelOf(mark)}`;
  if (!hasTwo) return sentence;
  return `${sentence} (${mark.arms.length > 1 ? words.bothArms : words.arm(mark.arms[0] === 0 ? 'A' : 'B')})`;
}

/** The shape of a mark; scaling says which way. */
export function glyphOf(mark: Mark): string {
  if (mark.kind === 'scaled' && mark.from !== null && mark.to !== null) return mark.to > mark.from ? '↑' : '↓';
  return GLYPHS[mark.kind];
}
