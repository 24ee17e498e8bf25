// Two arms on the same requests, what differs between them, differences over replications, and a sweep.
import { readFileSync } from 'node:fs';
import { expect, test, type Page } from '@playwright/test';

const axe = readFileSync('node_modules/axe-core/axe.min.js', 'utf8');

/** Short enough for replications in moments; round robin overloads the slow server. */
const SHORT = `// Which policy?
Scenario(
    run: (seed: 3, warmup: "2s", duration: "22s"),
    nodes: {
        "users": Clients(to: "lb", load: Open(rate: "200/s"), timeout: "5s"),
        "lb": Balancer(to: ["fast", "slow"], policy: RoundRobin),
        "fast": Service(instances: 3, serve: [Cpu(Exp("10ms"))]),
        "slow": Service(speed: 0.5, serve: [Cpu(Exp("10ms"))]),
    },
    cases: {"least": {"nodes.lb.policy": "LeastConnections(ties: Random)"}},
)
`;

async function opened(page: Page, text = SHORT, language: 'en' | 'es' = 'en'): Promise<void> {
  await page.addInitScript((language) => localStorage.setItem('escala.language', language), language);
  await page.goto('./');
  await page.waitForFunction(() => window.escala?.studio.catalogue && window.escala.studio.frame.isThere);
  await page.evaluate((text) => window.escala.studio.open(text, { playing: false }), text);
}

const panel = (page: Page) => page.getByTestId('compare');
const texts = (page: Page) => page.evaluate(() => window.escala.studio.arms.map((arm) => arm.text));

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { axe } = window as unknown as { axe: typeof import('axe-core') };
    const found = await axe.run('aside', { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] });
    return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 120)).join(' | ')}`);
  });
}

test('a clone is changed, measured, and the difference has its interval', async ({ page }) => {
  await opened(page);
  await page.getByRole('button', { name: 'A/B', exact: true }).click();
  await expect(panel(page)).toContainText('Both texts are the same');
  // In arm B alone, by its inspector.
  await page.evaluate(() => (window.escala.studio.selection = { node: 'lb' }));
  await panel(page).getByRole('tab', { name: 'Inspector' }).click();
  await expect(panel(page).getByRole('button', { name: 'Arm B' })).toHaveAttribute('aria-pressed', 'true');
  await panel(page).getByRole('combobox', { name: 'policy', exact: true }).selectOption('LeastConnections');
  await expect.poll(async () => (await texts(page))[1]).toContain('policy: LeastConnections');
  expect((await texts(page))[0]).toContain('policy: RoundRobin');
  await panel(page).getByRole('tab', { name: 'A against B' }).click();
  await expect(panel(page).getByTestId('differences').locator('li')).toHaveCount(2);

  await panel(page).getByLabel('Replications').selectOption('5');
  await panel(page).getByRole('button', { name: 'Measure' }).click();
  const table = panel(page).getByTestId('comparison');
  await expect(table).toContainText('5 replications', { timeout: 60_000 });
  const p99 = table.locator('[data-metric="p99(users)"]');
  await expect(p99).toHaveAttribute('data-verdict', 'better');
  await expect(p99).toContainText(/−[\d.]+\s(s|ms)\s*−[\d.]+\s(s|ms) to −[\d.]+\s(s|ms)/);
  await expect(panel(page)).toContainText("Holm's correction");
  await expect(panel(page).getByRole('img', { name: /p99\(users\): −/ })).toBeVisible();
  expect(await violations(page)).toEqual([]);
  await page.emulateMedia({ colorScheme: 'dark' });
  expect(await violations(page)).toEqual([]);

  // Measured again it is answered by what is known.
  const begun = Date.now();
  await panel(page).getByRole('button', { name: 'Measure' }).click();
  await expect(panel(page).getByRole('button', { name: 'Measure' })).toBeVisible();
  expect(Date.now() - begun).toBeLessThan(5_000);

  await page.evaluate(() => window.escala.studio.setParameter('nodes.users.load.rate', '"150/s"', { from: 'start', arm: 0 }));
  await expect(panel(page)).toContainText('A text has changed since');
});

test('a case becomes arm B, and a measurement is cancelled', async ({ page }) => {
  await opened(page, SHORT.replace('22s', '20h'));
  await page.getByRole('button', { name: 'A/B', exact: true }).click();
  await panel(page).getByLabel('Case of A for B').selectOption('least');
  await expect.poll(async () => (await texts(page))[1]).toContain('policy: LeastConnections(ties: Random)');
  await panel(page).getByRole('button', { name: 'Measure' }).click();
  await expect(panel(page)).toContainText('0 of 20 runs');
  await panel(page).getByRole('button', { name: 'Cancel' }).click();
  await expect(panel(page)).toContainText('Cancelled');
  // The workers are there again.
  await page.evaluate((text) => window.escala.studio.open(text, { playing: false }), SHORT);
  await panel(page).getByRole('button', { name: 'Clone A into B' }).click();
  await panel(page).getByLabel('Replications').selectOption('5');
  await panel(page).getByRole('button', { name: 'Measure' }).click();
  const p99 = panel(page).locator('[data-metric="p99(users)"]');
  await expect(p99).toHaveAttribute('data-verdict', 'identical', { timeout: 60_000 });
});

test('a sweep draws a curve whose points set the parameter', async ({ page }) => {
  await opened(page);
  await page.getByRole('button', { name: 'A/B', exact: true }).click();
  await panel(page).getByRole('tab', { name: 'A against B' }).press('ArrowLeft');
  await expect(panel(page).getByRole('tab', { name: 'Sweep' })).toBeFocused();
  await expect(panel(page).getByLabel('Parameter')).toHaveValue('nodes.users.load.rate');
  await panel(page).getByLabel('from', { exact: true }).fill('50');
  await panel(page).getByLabel('to', { exact: true }).fill('150/s');
  await panel(page).getByLabel('points').selectOption('3');
  await panel(page).getByLabel('metric').selectOption('p99(users)');
  await panel(page).getByLabel('Replications').selectOption('3');
  await panel(page).getByRole('button', { name: 'Sweep', exact: true }).click();
  const table = panel(page).getByTestId('sweep-table');
  await expect(panel(page).getByRole('button', { name: 'Download CSV' })).toBeVisible({ timeout: 60_000 });
  await expect(table.locator('tbody tr')).toHaveCount(3);
  await expect(table).toContainText(/\d ms to \d/);
  // Both arms are open.
  await expect(panel(page).getByTestId('curve').locator('path.curve')).toHaveCount(2);
  await expect(panel(page).getByTestId('curve').getByRole('button')).toHaveCount(6);
  expect(await violations(page)).toEqual([]);

  const download = page.waitForEvent('download');
  await panel(page).getByRole('button', { name: 'Download CSV' }).click();
  const csv = readFileSync((await (await download).path())!, 'utf8');
  expect(csv.split('\n')[0]).toBe('arm,nodes.users.load.rate,p99(users) mean,low95,high95,runs,failure');
  expect(csv.trim().split('\n')).toHaveLength(7);

  await panel(page).getByTestId('curve').getByRole('button', { name: /^A: 100\/s/ }).press('Enter');
  await expect.poll(async () => (await texts(page))[0]).toContain('rate: "100/s"');
  await panel(page).getByLabel('from', { exact: true }).fill('nothing');
  await expect(panel(page).getByRole('button', { name: 'Sweep', exact: true })).toBeDisabled();
});

test('fits a phone, in Spanish', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await opened(page, SHORT, 'es');
  await page.getByRole('button', { name: 'A/B', exact: true }).click();
  await panel(page).getByLabel('Caso de A para B').selectOption('least');
  await panel(page).getByLabel('Réplicas').selectOption('5');
  await panel(page).getByRole('button', { name: 'Medir' }).click();
  await expect(panel(page).getByTestId('comparison')).toContainText('5 réplicas', { timeout: 60_000 });
  await expect(panel(page).locator('[data-metric="p99(users)"]')).toContainText('mejor');
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  expect(await violations(page)).toEqual([]);
});
