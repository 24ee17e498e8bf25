// Every scenario of the gallery runs in a browser, and has a question.
import { readdirSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { armOf, startEngine } from '../engine/testing';
import { models, openingComment, search, topics } from './models';

beforeAll(startEngine);

test('all of models/ is there, but for what only measures the engine and what is not a scenario', () => {
  const root = new URL('../../../../models/', import.meta.url);
  const files = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const expected = files
    .filter(({ name }) => name !== 'bench' && name !== 'sweeps')
    .flatMap(({ name }) => readdirSync(new URL(`${name}/`, root)).map((file) => `${name}/${file.replace(/\.ron$/, '')}`));
  expect(models.map(({ id }) => id).sort()).toEqual(expected.sort());
  expect(topics(models)[0]?.topic).toBe('basics');
});

test.each(models)('$id runs, and asks a question', ({ text, question }) => {
  expect(question).toMatch(/\?$/);
  expect(question).not.toMatch(/R\d\d/);
  const arm = armOf(text);
  arm.advance(0.1, 10_000);
  expect(arm.now()).toBeGreaterThan(0);
  arm.free();
});

test('the search finds words of names, comments and kinds, however they are written', () => {
  expect(search(models, 'CACHE stampede').map(({ name }) => name)).toContain('cache-stampede');
  expect(search(models, 'autoscaler').map(({ name }) => name)).toContain('hpa-step');
  expect(search(models, '').length).toBe(models.length);
  expect(search(models, 'no such thing')).toEqual([]);
});

test('a comment is read without its marks', () => {
  expect(openingComment('// One?\n//\n//   Two.\nScenario()\n// later')).toBe('One?\n\n  Two.');
});
