import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { fromHash, isShared, toHash } from './share';

const threeTier = readFileSync(new URL('../../../../models/basics/three-tier.ron', import.meta.url), 'utf8');

test('what goes into a link comes out of it', async () => {
  const shared = { text: threeTier, b: 'Scenario() // ¿qué? 🙂', at: 12.5, speed: 'max' as const, selected: 'app', table: true };
  const hash = await toHash(shared);
  expect(isShared(hash)).toBe(true);
  expect(hash).toMatch(/^#s=[\w-]+$/);
  expect(hash.length).toBeLessThan(threeTier.length * 0.8);
  expect(await fromHash(hash)).toEqual({ ok: true, shared });
});

test('a link that was cut tells so, with the text as far as it goes', async () => {
  const hash = await toHash({ text: threeTier });
  const reading = await fromHash(hash.slice(0, Math.floor(hash.length * 0.7)));
  expect(reading.ok).toBe(false);
  if (reading.ok) return;
  expect(reading.why).toContain('cut off');
  // How much comes out before the break depends on the browser; what comes out has to be the beginning.
  if (reading.text !== null) expect(threeTier.startsWith(reading.text)).toBe(true);
});

test.each([
  ['#s=', 'characters'],
  ['#s=a%20b', 'characters'],
  ['#s=AAAA', 'cut off'],
])('%s is broken and says why', async (hash, why) => {
  const reading = await fromHash(hash);
  expect(reading.ok ? '' : reading.why).toContain(why);
});

test('something else than a scenario is told apart', async () => {
  const hash = await toHash({ text: 5 } as never);
  const reading = await fromHash(hash);
  expect(reading.ok ? '' : reading.why).toContain('not a scenario');
});

test('values that make no sense are left out', async () => {
  const hash = await toHash({ text: 'x', at: -1, speed: 0, selected: 3, more: true } as never);
  expect(await fromHash(hash)).toEqual({ ok: true, shared: { text: 'x' } });
});
