// What can be taken along: each file has the right content, and the report needs nothing but itself.
import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test, type Page } from '@playwright/test';

const storm = readFileSync('../../models/failure/retry-storm.ron', 'utf8');
const scaled = readFileSync('../../models/scaling/hpa-step.ron', 'utf8');

async function opened(page: Page, at: number, text = storm): Promise<void> {
  await page.goto('./');
  await page.waitForFunction(() => window.escala?.studio.description !== null);
  await page.evaluate(
    async ({ text, at }) => {
      // What the page opened with would run on past `at` until it is told to pause.
      await window.escala.studio.pause();
      await window.escala.studio.open(text, { at, playing: false });
    },
    { text, at },
  );
  await arrived(page, at);
}

async function arrived(page: Page, at: number): Promise<void> {
  await page.waitForFunction(
    (at) => window.escala.studio.goal === null && Math.abs(window.escala.studio.time - at) < 1e-6,
    at,
    { timeout: 120_000 },
  );
}

async function openDialog(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'More', exact: true }).click();
  await page.getByRole('button', { name: 'Export', exact: true }).click();
  await expect(page.getByRole('dialog', { name: 'Export' })).toBeVisible();
}

async function saved(page: Page, kind: string): Promise<{ name: string; bytes: Buffer }> {
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByTestId(`export-${kind}`).click()]);
  await expect(page.getByTestId('export-status')).toContainText(download.suggestedFilename());
  return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
}

/** Width and height of a PNG. */
function sizeOf(png: Buffer): [number, number] {
  expect(png.subarray(0, 8).toString('latin1')).toBe('\u0089PNG\r\n\u001a\n');
  return [png.readUInt32BE(16), png.readUInt32BE(20)];
}

function sizeOfSvg(svg: string): [number, number] {
  const [, width, height] = /width="([\d.]+)" height="([\d.]+)"/.exec(svg) ?? [];
  return [Number(width), Number(height)];
}

test('pictures and numbers of a run that goes on', async ({ page }) => {
  await opened(page, 90);
  await openDialog(page);

  const graph = (await saved(page, 'graph-svg')).bytes.toString('utf8');
  expect(graph.startsWith('<svg xmlns=')).toBe(true);
  for (const word of ['>users<', '>db<', 'database', '560/s']) expect(graph.includes(word), word).toBe(true);
  const points = sizeOf((await saved(page, 'graph-png')).bytes);
  const [width, height] = sizeOfSvg(graph);
  expect(Math.abs(points[0] - 2 * width)).toBeLessThanOrEqual(2);
  expect(Math.abs(points[1] - 2 * height)).toBeLessThanOrEqual(2);

  const charts = (await saved(page, 'charts-svg')).bytes.toString('utf8');
  for (const word of ['Load', 'Latency', 'Errors', 'p99', 'Hang db, for 10\u00a0s']) expect(charts.includes(word), word).toBe(true);
  expect(sizeOf((await saved(page, 'charts-png')).bytes)).toEqual(sizeOfSvg(charts).map((side) => 2 * side));

  const csv = (await saved(page, 'csv')).bytes.toString('utf8').trim().split('\n');
  const rows = await page.evaluate(() => {
    const { rows } = window.escala.studio;
    return { count: rows.count, last: [rows.head(rows.count - 1, 't'), rows.value(rows.count - 1, 'clients', 0, 'offered')] };
  });
  expect(csv).toHaveLength(rows.count + 1);
  const heads = csv[0]?.split(',') ?? [];
  const last = csv.at(-1)?.split(',') ?? [];
  expect([Number(last[heads.indexOf('t')]), Number(last[heads.indexOf('client.users.offered')])]).toEqual(rows.last);
});

test('the text holds what was done, and runs to the same end', async ({ page }) => {
  test.setTimeout(180_000);
  await opened(page, 20);
  await page.evaluate(() => window.escala.studio.strike('Slow(target: "db", factor: 2, for: "20s")'));
  await page.getByRole('slider', { name: 'Time of the run' }).press('End');
  await arrived(page, 480);
  await openDialog(page);
  const { name, bytes } = await saved(page, 'ron');
  expect(name).toBe('why-does-a-database-stay-down-after-the.ron');
  const text = bytes.toString('utf8');
  expect(text).toBe(await page.evaluate(() => window.escala.studio.text));
  expect(text).toContain('At("20s", Slow(target: "db"');

  const report = JSON.parse((await saved(page, 'json')).bytes.toString('utf8'));
  const again = await page.evaluate(async (text) => {
    const outcome = await window.escala.studio.engine.run<{ digest: string }>(text);
    return outcome.ok ? outcome.value.digest : JSON.stringify(outcome.problems);
  }, text);
  expect(report.digest).toBe(again);
});

test('the report is one file that asks nobody', async ({ page, context }, info) => {
  test.setTimeout(180_000);
  await opened(page, 1200, scaled);
  const digest = await page.evaluate(async () => window.escala.studio.engine.digest(0));
  await openDialog(page);
  const { name, bytes } = await saved(page, 'html');
  expect(name).toMatch(/-report\.html$/);
  const file = info.outputPath('report.html');
  writeFileSync(file, bytes);

  const reader = await context.newPage();
  const asked: string[] = [];
  const said: string[] = [];
  reader.on('request', (request) => asked.push(request.url()));
  reader.on('console', (message) => said.push(message.text()));
  await reader.goto(`file://${file}`);
  expect(asked.filter((url) => !url.startsWith('data:'))).toEqual([`file://${file}`]);
  expect(said).toEqual([]);
  await expect(reader.getByRole('heading', { level: 1 })).toContainText('How does the Horizontal Pod Autoscaler follow');
  for (const title of ['Graph', 'What was expected', 'What users saw', 'Over time', 'What each node did', 'How to repeat it']) {
    await expect(reader.getByRole('heading', { name: title, exact: true })).toBeVisible();
  }
  await expect(reader.getByText(digest.ok ? digest.value : 'none')).toBeVisible();
  expect(await reader.locator('svg').count()).toBe(3);
  await expect(reader.getByText('✓ holds')).toHaveCount(11);
  await expect(reader.getByRole('row', { name: /app: 16 → 20 instances/ })).toHaveCount(1);
  await reader.setViewportSize({ width: 390, height: 844 });
  expect(await reader.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
});

test('with two arms the one is taken that is chosen', async ({ page }) => {
  await opened(page, 30);
  await page.evaluate((text) => window.escala.studio.openB(text), storm.replace('connections: 30', 'connections: 40'));
  await arrived(page, 30);
  await openDialog(page);
  await page.getByRole('radio', { name: 'A' }).check();
  expect((await saved(page, 'ron')).bytes.toString('utf8')).toBe(storm);
  await page.getByRole('radio', { name: 'B' }).check();
  const { name, bytes } = await saved(page, 'ron');
  expect(name).toMatch(/-b\.ron$/);
  expect(bytes.toString('utf8')).toContain('connections: 40');
  const charts = (await saved(page, 'charts-svg')).bytes.toString('utf8');
  expect(['>A p99<', '>B p99<'].map((word) => charts.includes(word))).toEqual([true, true]);
});
