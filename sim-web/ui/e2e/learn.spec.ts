// The gallery of scenarios, and tours that tick when the reader causes the thing.
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test, type Page } from '@playwright/test';

const axe = readFileSync('node_modules/axe-core/axe.min.js', 'utf8');
const MODELS = '../../models';

async function opened(page: Page, language: 'en' | 'es' = 'en'): Promise<void> {
  await page.addInitScript((language) => localStorage.setItem('escala.language', language), language);
  await page.goto('./');
  await page.waitForFunction(() => window.escala?.studio.catalogue && window.escala.studio.frame.isThere);
}

async function violations(page: Page, within: string): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(async (within) => {
    const { axe } = window as unknown as { axe: typeof import('axe-core') };
    const found = await axe.run(within, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] });
    return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 120)).join(' | ')}`);
  }, within);
}

const card = (page: Page) => page.getByTestId('tour');

/** Lets the page do the step that is shown, and goes on to the next. */
async function showStep(page: Page, names: { show: string; next: string }): Promise<void> {
  await card(page).getByRole('button', { name: names.show }).click();
  await expect(card(page)).toHaveAttribute('data-done', 'true', { timeout: 90_000 });
  await expect(card(page).locator('.why')).not.toHaveText(/NaN|–|undefined/);
  await card(page).getByRole('button', { name: names.next }).click();
}

test('the gallery lists every scenario with its question, finds and opens them', async ({ page }) => {
  await opened(page);
  await page.getByRole('button', { name: 'Learn', exact: true }).click();
  const dialog = page.getByRole('dialog');
  const topics = readdirSync(MODELS, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const files = topics
    .filter(({ name }) => name !== 'bench' && name !== 'sweeps')
    .flatMap(({ name }) => readdirSync(`${MODELS}/${name}`).map((file) => `${name}/${file.replace('.ron', '')}`));
  await expect(dialog.locator('[data-model]')).toHaveCount(files.length);
  for (const file of files) await expect(dialog.locator(`[data-model="${file}"]`)).toContainText('?');
  await expect(dialog.locator('[data-tour]')).toHaveCount(5);
  await expect(dialog).not.toContainText(/\bR\d\d\b/);
  expect(await violations(page, 'dialog')).toEqual([]);
  await page.emulateMedia({ colorScheme: 'dark' });
  expect(await violations(page, 'dialog')).toEqual([]);

  await dialog.getByRole('searchbox').fill('stampede');
  await expect(dialog.locator('[data-model]')).toHaveCount(1);
  await dialog.locator('[data-model]').press('Enter');
  await expect(dialog).toBeHidden();
  await expect.poll(() => page.evaluate(() => window.escala.studio.title)).toBe('cache-stampede');
  await page.waitForFunction(() => window.escala.studio.time > 0.2);
});

test('a tour is taken: one step by hand, the others shown, then free play', async ({ page }) => {
  test.setTimeout(400_000);
  await opened(page);
  await page.getByRole('button', { name: 'Learn', exact: true }).click();
  await page.locator('[data-tour="slow-server"]').click();
  await expect(card(page)).toHaveAttribute('data-step', 'look');
  await expect(card(page)).toHaveAttribute('data-done', 'false');
  // By hand: the reader selects the service.
  await page.waitForFunction(() => window.escala.studio.time > 1);
  await page.locator('.svelte-flow__node[data-id="app"]').click();
  await expect(card(page)).toHaveAttribute('data-done', 'true', { timeout: 20_000 });
  await expect(card(page).locator('.why')).toContainText('260/s');
  expect(await violations(page, '.tour')).toEqual([]);
  await card(page).getByRole('button', { name: 'Next' }).click();
  for (const step of ['slow', 'grow', 'policy', 'drain', 'arms']) {
    await expect(card(page)).toHaveAttribute('data-step', step);
    await showStep(page, { show: 'Show me', next: 'Next' });
  }
  await expect(card(page)).toHaveAttribute('data-step', 'free');
  expect(await page.evaluate(() => window.escala.studio.hasB)).toBe(true);
  await card(page).getByRole('button', { name: 'Finish' }).click();
  await expect(card(page)).toBeHidden();
});

test('a tour in Spanish, on a phone', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await opened(page, 'es');
  await page.getByRole('button', { name: 'Aprender', exact: true }).click();
  expect(await violations(page, 'dialog')).toEqual([]);
  await page.locator('[data-tour="stampede"]').click();
  await expect(card(page)).toContainText('Vacía la caché');
  await page.waitForFunction(() => window.escala.studio.time > 0.5);
  await showStep(page, { show: 'Muéstramelo', next: 'Siguiente' });
  await expect(card(page)).toHaveAttribute('data-step', 'expire');
  await showStep(page, { show: 'Muéstramelo', next: 'Siguiente' });
  await showStep(page, { show: 'Muéstramelo', next: 'Siguiente' });
  await expect(card(page)).toHaveAttribute('data-step', 'again');
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  // Another scenario in the middle: the tour says so, and starts over.
  await page.evaluate(() => window.escala.studio.open('Scenario(nodes: {"a": Clients(to: "b", load: Open(rate: "1/s")), "b": Service(serve: [Cpu(Exp("1ms"))])})'));
  await card(page).getByRole('button', { name: 'Empezar de nuevo' }).click();
  await expect(card(page)).toHaveAttribute('data-step', 'flush');
});
