// Text and graph in step: mistakes at their token with a quick fix, completion, and one history.
import { expect, test, type Page } from '@playwright/test';

async function opened(page: Page): Promise<void> {
  await page.goto('./');
  await page.waitForFunction(() => performance.getEntriesByName('first-frame').length > 0);
  await page.keyboard.press('t');
  await expect(page.locator('.cm-content')).toBeFocused();
}

/** Puts the cursor behind a piece of the text. */
async function cursorBehind(page: Page, piece: string): Promise<void> {
  await page.locator('.cm-line', { hasText: piece }).first().click();
  const line = await page.locator('.cm-line', { hasText: piece }).first().textContent();
  await page.keyboard.press('Home');
  await page.keyboard.press('Home');
  const column = (line ?? '').indexOf(piece) + piece.length;
  for (let step = 0; step < column; step += 1) await page.keyboard.press('ArrowRight');
}

test('a mistake is underlined and mended by its quick fix, and the run goes on meanwhile', async ({ page }) => {
  await opened(page);
  await cursorBehind(page, 'LeastConnection');
  await page.keyboard.type('x');
  await page.waitForFunction(() => window.escala.studio.arms[0].isWrong);
  await expect(page.locator('.cm-lintRange-error')).toBeVisible();
  const time = await page.evaluate(() => window.escala.studio.time);
  await page.waitForFunction((time) => window.escala.studio.time > time + 0.2, time);

  const problem = await page.evaluate(() => window.escala.studio.problems[0]);
  expect(problem?.fix).not.toBeNull();
  await page.locator('.cm-lintRange-error').first().hover();
  await page.locator('.cm-diagnosticAction').first().click();
  await page.waitForFunction(() => !window.escala.studio.arms[0].isWrong);
  expect(await page.evaluate(() => window.escala.studio.text)).toContain('LeastConnections');
});

test('words are proposed from the schema and from the scenario', async ({ page }) => {
  await opened(page);
  await cursorBehind(page, 'policy: ');
  await page.keyboard.press('Control+Space');
  await expect(page.locator('.cm-tooltip-autocomplete')).toContainText('RoundRobin');
  await page.keyboard.press('Escape');
});

test('an edit of the graph is in the text, and undo in the text takes it back', async ({ page }) => {
  await opened(page);
  const before = await page.evaluate(() => window.escala.studio.text);
  await page.evaluate(() => window.escala.studio.edit([{ do: 'renameNode', name: 'cache', to: 'memory' }], 'renamed'));
  await expect(page.locator('.cm-content')).toContainText('"memory": Cache(');
  await page.locator('.cm-content').press('Control+z');
  await page.waitForFunction((text) => window.escala.studio.text === text, before);
  await expect(page.locator('.cm-content')).not.toContainText('"memory": Cache(');
});
