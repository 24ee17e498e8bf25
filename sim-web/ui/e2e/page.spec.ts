// The page as a whole: it opens running, agrees with the command, is shared and kept, and goes on whatever it is given.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, type Page } from '@playwright/test';

const AXE = readFileSync('node_modules/axe-core/axe.min.js', 'utf8');

async function live(page: Page, path = './'): Promise<void> {
  await page.goto(path);
  await page.waitForFunction(() => performance.getEntriesByName('first-frame').length > 0);
  await page.waitForFunction(() => window.escala.studio.time > 0);
}

/** What `axe` has against the page as it stands; canvases are beyond it. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  return page.evaluate(async () => {
    const axe = (window as unknown as { axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> } }).axe;
    const { violations } = await axe.run();
    return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
  });
}

test('opens on a run that is going on', async ({ page }) => {
  await live(page);
  const before = await page.evaluate(() => window.escala.studio.time);
  await page.waitForFunction((before) => window.escala.studio.time > before + 0.5, before);
  await expect(page.getByText('Slow down app/3 and watch p99.')).toBeVisible();
  const rate = await page.evaluate(() => window.escala.studio.frame.client(0, 'offered'));
  expect(rate).toBeGreaterThan(800);
});

test('what was done to a run is in its text, and the command gives the same digest for it', async ({ page }) => {
  test.setTimeout(240_000);
  await live(page);
  await page.evaluate(async () => {
    const { studio } = window.escala;
    await studio.pause();
    await studio.seek(20);
  });
  await page.waitForFunction(() => window.escala.studio.goal === null && window.escala.studio.time === 20);
  const text = await page.evaluate(async () => {
    const { studio } = window.escala;
    await studio.strike('Slow(target: "app/3", factor: 4, for: "20s")');
    await studio.setParameter('nodes.lb.policy', 'RoundRobin', { from: 'now' });
    await studio.setParameter('nodes.users.load.rate', '"1500/s"', { from: 'now' });
    studio.speed = Infinity;
    await studio.play();
    return studio.text;
  });
  expect(text).toContain('Slow(target: "app/3", factor: 4, for: "20s")');
  expect(text).toContain('Set("nodes.lb.policy", "RoundRobin")');
  await page.waitForFunction(() => window.escala.studio.frame.head('status') === 1, null, { timeout: 180_000 });
  const digest = await page.evaluate(async () => window.escala.studio.engine.digest(0));

  const command = process.env['ESCALA'];
  test.skip(!command, 'ESCALA does not say where the command is');
  const file = join(mkdtempSync(join(tmpdir(), 'escala-')), 'exported.ron');
  writeFileSync(file, text);
  // It ends with 1, for after all this the claims of the scenario do not hold.
  const { stdout } = spawnSync(command as string, ['run', file, '--json', '--quiet'], { encoding: 'utf8', maxBuffer: 1 << 26 });
  const report = JSON.parse(stdout);
  expect(digest).toEqual({ ok: true, value: report.digest });
});

test('undo takes a change back and does not start the run anew', async ({ page }) => {
  await live(page);
  const original = await page.evaluate(() => window.escala.studio.text);
  await page.waitForFunction(() => window.escala.studio.time > 2);
  await page.evaluate(() => window.escala.studio.strike('Crash(target: "app/1", for: "10s")'));
  await page.waitForFunction(() => window.escala.studio.frame.node(0, 'ready') >= 0 && window.escala.studio.text.includes('Crash('));
  const time = await page.evaluate(() => window.escala.studio.time);
  await page.keyboard.press('Control+z');
  await page.waitForFunction((text) => window.escala.studio.text === text, original);
  await page.waitForFunction((time) => window.escala.studio.goal === null && window.escala.studio.time >= time, time);
  await page.keyboard.press('Control+Shift+z');
  await page.waitForFunction(() => window.escala.studio.text.includes('Crash('));
});

test('a link holds the work, opens to be looked at, and can be copied', async ({ page, context }) => {
  await live(page);
  await page.evaluate(async () => {
    await window.escala.studio.pause();
    await window.escala.studio.strike('Hang(target: "db", for: "2s")');
  });
  const text = await page.evaluate(() => window.escala.studio.text);
  await page.getByRole('button', { name: 'Share' }).click();
  const link = await page.waitForFunction(() => {
    const fields = [...document.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>('dialog input, dialog textarea')];
    return fields.map((field) => field.value).find((value) => value.includes('#s='));
  });
  const address = String(await link.jsonValue());
  const reader = await context.newPage();
  await reader.goto(address);
  await reader.waitForFunction(() => window.escala?.studio.description !== null);
  expect(await reader.evaluate(() => window.escala.studio.text)).toBe(text);
  expect(await reader.evaluate(() => window.escala.studio.locked)).toBe(true);
  await reader.evaluate(() => window.escala.studio.strike('Crash(target: "app", for: "1s")'));
  expect(await reader.evaluate(() => window.escala.studio.text), 'a locked view is not changed').toBe(text);
  await reader.evaluate(() => window.escala.studio.editCopy());
  await reader.evaluate(() => window.escala.studio.strike('Crash(target: "app", for: "1s")'));
  expect(await reader.evaluate(() => window.escala.studio.text)).toContain('Crash(target: "app", for: "1s")');
});

test('a broken link says what is wrong with it, and the page goes on', async ({ page }) => {
  await page.goto('./#s=notalink!!');
  await page.waitForFunction(() => window.escala?.studio.notices !== undefined && window.escala.studio.description !== null);
  await expect(page.getByRole('alert').or(page.getByRole('status')).filter({ hasText: /link/i }).first()).toBeVisible();
  await page.waitForFunction(() => window.escala.studio.time > 0);
});

test('work survives a reload', async ({ page }) => {
  await live(page);
  await page.evaluate(() => window.escala.studio.strike('Slow(target: "db", factor: 2, for: "5s")'));
  await page.waitForTimeout(1_500);
  await page.reload();
  await page.waitForFunction(() => window.escala?.studio.text.includes('factor: 2'));
});

test('a scenario that explodes is stopped by its bound, and says so', async ({ page }) => {
  test.setTimeout(180_000);
  await live(page);
  const text = `(
    run: (duration: "10min", limits: (in_flight: 20_000)),
    nodes: {"users": Clients(to: "app", load: Open(rate: "100000/s")), "app": Service(serve: [Cpu(Constant("1ms"))])},
  )`;
  await page.evaluate(async (text) => {
    window.escala.studio.speed = Infinity;
    await window.escala.studio.open(text);
  }, text);
  await page.waitForFunction(() => window.escala.studio.frame.head('status') === 4, null, { timeout: 120_000 });
  expect(await page.evaluate(() => window.escala.studio.text)).toBe(text);
  await page.evaluate(() => window.escala.studio.setParameter('nodes.users.load.rate', '"500/s"', { from: 'start' }));
  await page.waitForFunction(() => window.escala.studio.frame.head('status') !== 4, null, { timeout: 60_000 });
});

test('a text of 5 MB is refused or run, and the page answers meanwhile', async ({ page }) => {
  test.setTimeout(180_000);
  await live(page);
  await page.evaluate(() => {
    const large = `(nodes: {"users": Clients(to: "missing", load: Open(rate: "1/s"))}) // ${'x'.repeat(5 << 20)}`;
    void window.escala.studio.setText(large);
  });
  await expect(page.getByRole('button', { name: 'Text' })).toBeEnabled();
  await page.waitForFunction(() => window.escala.studio.arms[0].isWrong, null, { timeout: 150_000 });
  await page.waitForFunction(() => window.escala.studio.description !== null);
});

test('nothing stands in the way of those who use a reader or a keyboard', async ({ page }) => {
  await live(page);
  await page.evaluate(() => window.escala.studio.pause());
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await violations(page), colorScheme).toEqual([]);
  }
  await page.keyboard.press('Space');
  await page.waitForFunction(() => window.escala.studio.playing);
  await page.keyboard.press('Space');
  await page.waitForFunction(() => !window.escala.studio.playing);
  const before = await page.evaluate(() => window.escala.studio.frame.head('events'));
  await page.keyboard.press('ArrowRight');
  await page.waitForFunction((before) => window.escala.studio.frame.head('events') > before, before);
});

test('speaks Spanish', async ({ page }) => {
  await live(page);
  await page.getByRole('combobox').filter({ hasText: 'English' }).selectOption('es');
  await expect(page.locator('html')).toHaveAttribute('lang', 'es');
  await expect(page.getByRole('button', { name: 'Compartir' })).toBeVisible();
});

test('fits a phone', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await live(page);
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(width).toBeLessThanOrEqual(390);
  await page.screenshot({ path: 'test-results/phone.png', fullPage: true });
});
