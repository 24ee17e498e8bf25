// What a scenario is called where it has no name of its own: by the first sentence of its question.
import type { Description } from '../engine/protocol';
import { words } from './words';

/** A title is cut at a word, so that it stays one line. */
const MOST_LETTERS = 90;
const MOST_IN_NAME = 40;

type Named = Pick<Description, 'name' | 'question'>;

/** For the head of a page or a picture. */
export function titleOf(description: Named): string {
  return description.name || cut(firstOf(description), MOST_LETTERS) || words.scenario;
}

/** For a file; empty where there is nothing to take it from. */
export function stemOf(description: Named): string {
  return (description.name || cut(firstOf(description), MOST_IN_NAME).replace(/…$/, '')).toLowerCase();
}

/** The question as paragraphs: its lines are as long as those of the text, and end with marks for its authors. */
export function paragraphsOf(question: string): string[] {
  const paragraphs = question.split(/\n\s*\n/).map((one) => one.replaceAll('\n', ' ').replace(/(\s+R\d{2})+\s*$/, '').trim());
  return paragraphs.filter((paragraph) => paragraph !== '');
}

function firstOf({ question }: Named): string {
  const [first = ''] = paragraphsOf(question);
  return /^.*?[.?!](?=\s|$)/s.exec(first)?.[0] ?? first;
}

function cut(sentence: string, most: number): string {
  if (sentence.length <= most) return sentence;
  const words = sentence.slice(0, most);
  return `${words.slice(0, Math.max(words.lastIndexOf(' '), 1)).replace(/[,;:]$/, '')}…`;
}
