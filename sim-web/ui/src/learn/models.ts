// The scenarios that come with Escala, by topic: names, questions and texts. Loaded with the gallery, which is loaded when asked for.
import { paragraphsOf } from '../keep/title';

export interface Model {
  /** `basics/knee`. */
  id: string;
  topic: string;
  name: string;
  question: string;
  /** What the comment says after the question. */
  about: string[];
  text: string;
}

// Those of `bench` only measure the speed of the engine, and those of `sweeps` are not scenarios but sweeps of some.
const files = import.meta.glob<string>(
  ['../../../../models/*/*.ron', '!../../../../models/bench/*', '!../../../../models/sweeps/*'],
  { query: '?raw', import: 'default', eager: true },
);

/** From the plain to the involved; a topic that is not named here comes last. */
const ORDER = ['basics', 'balancing', 'data', 'failure', 'scaling'];

export const models: Model[] = Object.entries(files).map(([path, text]) => read(path, text)).sort(inOrder);

export function topics(among: readonly Model[]): { topic: string; models: Model[] }[] {
  const found = new Map<string, Model[]>();
  for (const model of among) found.set(model.topic, [...(found.get(model.topic) ?? []), model]);
  return [...found].map(([topic, of]) => ({ topic, models: of }));
}

/** Those that have all words that are looked for, in their names, comments or kinds of nodes. */
export function search(among: readonly Model[], wanted: string): Model[] {
  const words = plain(wanted).split(/\s+/).filter(Boolean);
  return among.filter(({ id, text }) => {
    const all = plain(`${id} ${text}`);
    return words.every((word) => all.includes(word));
  });
}

/** The comment that a text opens with, its marks taken off. */
export function openingComment(text: string): string {
  const lines: string[] = [];
  for (const line of text.split('\n')) {
    if (!line.startsWith('//')) break;
    lines.push(line.replace(/^\/\/ ?/, ''));
  }
  return lines.join('\n');
}

function read(path: string, text: string): Model {
  const [topic = '', file = ''] = path.split('/').slice(-2);
  const name = file.replace(/\.ron$/, '');
  const [question = '', ...about] = paragraphsOf(openingComment(text));
  return { id: `${topic}/${name}`, topic, name, question, about, text };
}

function inOrder(one: Model, other: Model): number {
  const place = ({ topic }: Model) => (ORDER.indexOf(topic) + ORDER.length + 1) % (ORDER.length + 1);
  return place(one) - place(other) || one.id.localeCompare(other.id);
}

function plain(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}
