// How the page gets to people: from any host and path, from the command, without a network, and in a new version.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { expect, test, type Page } from '@playwright/test';
import { host } from './host';

const BUILT = 'dist';

async function isLive(page: Page): Promise<void> {
  await page.waitForFunction(() => performance.getEntriesByName('first-frame').length > 0);
  await page.waitForFunction(() => window.escala.studio.time > 0);
}

/** Until the page is kept, as after any first visit. */
async function isKept(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const { active } = await navigator.serviceWorker.ready;
    if (active?.state === 'activated') return;
    await new Promise<void>((done) => active?.addEventListener('statechange', () => done(), { once: true }));
  });
}

test('under a path of a plain host it is live, and without a network after one visit', async ({ page }) => {
  const server = await host(BUILT, '/tools/escala/');
  await page.goto(server.url);
  await isLive(page);
  await isKept(page);
  await server.stop();

  await page.reload();
  await isLive(page);
  const files: string[] = JSON.parse(readFileSync(`${BUILT}/sw.js`, 'utf8').match(/const FILES = (\[.*\]);/)?.[1] ?? '[]');
  expect(files).toContain('index.html');
  const missing = await page.evaluate(async (files) => {
    const answers = await Promise.all(files.map(async (file) => ({ file, ok: (await fetch(file).catch(() => null))?.ok })));
    return answers.filter(({ ok }) => !ok).map(({ file }) => file);
  }, files);
  expect(missing, 'every part is kept, whether or not it was used').toEqual([]);
});

test('a link with a fragment and a query opens without a network too', async ({ page }) => {
  const server = await host(BUILT, '/');
  await page.goto(server.url);
  await isKept(page);
  await server.stop();
  await page.goto(`${server.url}?from=mail#anything`);
  await isLive(page);
});

test('a new version is there at the next visit, and then kept', async ({ page }) => {
  const server = await host(BUILT, '/');
  await page.goto(server.url);
  await isKept(page);

  const first = readFileSync(`${BUILT}/index.html`, 'utf8');
  server.changed.set('index.html', first.replace('<html lang="en"', '<html lang="en" data-version="new"'));
  server.changed.set('sw.js', readFileSync(`${BUILT}/sw.js`, 'utf8').replace(/const VERSION = '/, "const VERSION = 'new"));
  await page.reload();
  await expect(page.locator('html')).toHaveAttribute('data-version', 'new');
  await isLive(page);
  // Browsers look for a new worker when they have nothing else to do: not while a busy machine draws a simulation.
  await page.goto(`${server.url}icon.svg`);
  await expect.poll(() => page.evaluate(() => caches.keys()), { timeout: 30_000 }).toContainEqual(expect.stringContaining(' new'));
  const isSettled = ({ installing, waiting }: ServiceWorkerRegistration) => !installing && !waiting;
  await expect.poll(() => page.evaluate(`navigator.serviceWorker.ready.then(${isSettled})`)).toBe(true);
  await server.stop();

  await page.goto(server.url);
  await expect(page.locator('html')).toHaveAttribute('data-version', 'new');
  await isLive(page);
});

test('the command serves it, with the scenario that it is given', async ({ page }) => {
  const escala = process.env['ESCALA'] ?? '';
  test.skip(!existsSync(escala), 'ESCALA names the command as it ships');
  const model = '../../models/failure/retry-storm.ron';
  const child = spawn(escala, ['serve', '--port', '0', '--page', BUILT, model], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const url = await new Promise<string>((found) => createInterface({ input: child.stdout }).once('line', found));
    await page.goto(url);
    await isLive(page);
    expect(await page.evaluate(() => window.escala.studio.text)).toBe(readFileSync(model, 'utf8'));
  } finally {
    child.kill('SIGINT');
  }
});
