import { expect, test } from 'vitest';
import type { Outline } from '../../engine/protocol';
import { isDistribution } from '../distribution';
import { controlOf, fieldsOf } from './control';

const NOTHING: Outline = {
  path: '',
  name: '',
  kind: 'table',
  table: null,
  doc: '',
  required: false,
  optional: false,
  written: false,
  text: null,
  default: null,
  span: null,
  unit: null,
  examples: [],
  minimum: null,
  maximum: null,
  names: [],
  keys: [],
  variant: null,
  variants: [],
  one_of: [],
  template: '',
  item: null,
  parts: [],
};
const field = (name: string, of: Partial<Outline>): Outline => ({ ...NOTHING, name, path: `nodes.hopper.${name}`, ...of });

/** A kind of node that no version of the engine has, with a policy that none has, as the engine would tell of them. */
const HOPPER: Outline = {
  ...NOTHING,
  path: 'nodes.hopper',
  name: 'hopper',
  kind: 'choice',
  table: 'Node',
  written: true,
  variant: 'Hopper',
  parts: [
    field('to', { kind: 'text', required: true, written: true, text: '"app"', names: ['app', 'db'] }),
    field('hop', {
      kind: 'choice',
      table: 'Hop',
      text: 'ByMoonPhase(waning: true)',
      default: 'Never',
      written: true,
      variant: 'ByMoonPhase',
      variants: [
        { name: 'Never', doc: '', template: 'Never' },
        { name: 'ByMoonPhase', doc: '', template: 'ByMoonPhase(waning: true)' },
      ],
      parts: [field('waning', { kind: 'truth', written: true, text: 'true' })],
    }),
    field('height', { kind: 'quantity', unit: 'size', written: true, text: '"3MiB"' }),
    field('legs', { kind: 'whole', text: '2', default: '2', minimum: 1 }),
    field('delay', { kind: 'choice', table: 'Distribution', variant: 'Exp', default: 'Exp("1ms")', text: 'Exp("1ms")' }),
    field('stops', { kind: 'list', text: '[]', default: '[]' }),
    field('moods', { kind: 'map', text: '{}', default: '{}' }),
    field('note', { kind: 'text', optional: true }),
    field('pair', { kind: 'tuple', optional: true }),
    field('other', { kind: 'anything', optional: true }),
  ],
};

test('an unknown kind of node has a control for each of its parameters', () => {
  const { first, further } = fieldsOf(HOPPER);
  const controls = Object.fromEntries([...first, ...further].map((part) => [part.name, controlOf(part)]));
  expect(controls).toEqual({
    to: 'name',
    hop: 'choice',
    height: 'number',
    legs: 'number',
    delay: 'choice',
    stops: 'list',
    moods: 'map',
    note: 'text',
    pair: 'fields',
    other: 'text',
  });
});

test('what is written, what has to be and what is chosen by default come first', () => {
  const { first, further } = fieldsOf(HOPPER);
  expect(first.map(({ name }) => name)).toEqual(['to', 'hop', 'height', 'delay']);
  expect(further.map(({ name }) => name)).toEqual(['legs', 'stops', 'moods', 'note', 'pair', 'other']);
});

test('an unknown policy has its own parameters below it', () => {
  const hop = HOPPER.parts[1]!;
  expect(hop.variants.map(({ name }) => name)).toContain('ByMoonPhase');
  expect(fieldsOf(hop).first.map(controlOf)).toEqual(['truth']);
});

test('distributions are told by the name of their table, of whatever unit', () => {
  expect(isDistribution(HOPPER.parts[4]!)).toBe(true);
  expect(isDistribution({ ...HOPPER.parts[4]!, table: 'Distribution3' })).toBe(true);
  expect(isDistribution(HOPPER.parts[1]!)).toBe(false);
});

test('of several ways to give a value only the one that is used is shown', () => {
  const law = {
    ...NOTHING,
    one_of: [
      ['median', 'p99'],
      ['mean', 'cv'],
    ],
    parts: [field('mean', { written: true }), field('cv', { written: true }), field('median', {}), field('p99', {}), field('shape', { required: true })],
  };
  const { group, first, further } = fieldsOf(law);
  expect(group).toBe(1);
  expect(first.map(({ name }) => name)).toEqual(['mean', 'cv', 'shape']);
  expect(further).toEqual([]);
});
