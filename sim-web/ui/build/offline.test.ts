import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { serviceWorker } from './offline.ts';

const template = readFileSync(new URL('./sw.js', import.meta.url), 'utf8');

test('the service worker names every file, and changes with each of them', () => {
  const files = ['assets/index-a1.js', 'index.html'];
  const worker = serviceWorker(template, files, (file) => `text of ${file}`);
  expect(worker).toContain('const FILES = ["assets/index-a1.js","index.html"];');
  expect(worker).toMatch(/const VERSION = '[0-9a-f]{16}';/);
  expect(worker).not.toContain('__');
  expect(serviceWorker(template, files, (file) => `text of ${file}`)).toBe(worker);
  expect(serviceWorker(template, files, () => 'another text')).not.toBe(worker);
  expect(serviceWorker(template, [...files, 'icon.svg'], () => 'text of index.html')).not.toBe(worker);
});
