// The graph by hand and by keyboard: live numbers, breaking things, editing, undoing, motion.
import { expect, test, type Locator, type Page } from '@playwright/test';

const node = (page: Page, name: string): Locator => page.locator(`.svelte-flow__node[data-id="${name}"]`);
const text = (page: Page): Promise<string> => page.evaluate(() => window.escala.studio.text);
const nodeNames = (page: Page): Promise<string[]> =>
  page.evaluate(() => window.escala.studio.description?.nodes.map(({ name }) => name) ?? []);
const edgeNames = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const { nodes = [], edges = [] } = window.escala.studio.description ?? {};
    return edges.map((edge) => `${nodes[edge.from]?.name}->${nodes[edge.to]?.name}`);
  });
/** Some pixels of the canvas over a node, to be compared. */
const drawn = (page: Page): Promise<string> =>
  page.evaluate(() => document.querySelector<HTMLCanvasElement>('.region canvas')?.toDataURL() ?? '');

async function open(page: Page): Promise<void> {
  await page.goto('./');
  await page.waitForFunction(() => {
    const { studio } = window.escala;
    return studio.description !== null && studio.catalogue !== null && studio.frame.isThere;
  });
}

async function middleOf(locator: Locator): Promise<{ x: number; y: number; width: number; height: number }> {
  const box = await locator.boundingBox();
  if (!box) throw new Error('it is not on the page');
  return { x: box.x + box.width / 2, y: box.y + box.height / 2, width: box.width, height: box.height };
}

test.beforeEach(async ({ page }) => {
  await open(page);
});

test('every node is there and tells its numbers', async ({ page }) => {
  for (const name of ['users', 'lb', 'app', 'cache', 'db']) await expect(node(page, name)).toBeVisible();
  await expect(node(page, 'users')).toHaveAccessibleName(/users, clients\. .*offered.*goodput.*p99/, { timeout: 15_000 });
  await expect(node(page, 'app')).toHaveAccessibleName(/app, service\. .*requests.*busy.*4 instances.*Calls cache, db/);
  const before = await drawn(page);
  await expect.poll(() => drawn(page)).not.toBe(before);
});

test('Tab goes along the path of requests, arrow keys follow the arrows', async ({ page }) => {
  await node(page, 'users').focus();
  const focused = () => page.evaluate(() => (document.activeElement as HTMLElement).dataset['id']);
  const path = [await focused()];
  for (let step = 0; step < 4; step += 1) {
    await page.keyboard.press('Tab');
    path.push(await focused());
  }
  expect(path).toEqual(['users', 'lb', 'app', 'cache', 'db']);
  await node(page, 'users').focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  expect(await focused()).toBe('app');
  expect(await page.evaluate(() => window.escala.studio.selection)).toEqual({ node: 'app' });
  await page.keyboard.press('ArrowLeft');
  expect(await focused()).toBe('lb');
});

test('a click on an instance breaks it, as a line of the text', async ({ page }) => {
  const app = await middleOf(node(page, 'app'));
  // The last of four cells.
  await page.mouse.click(app.x + app.width * 0.38, app.y + app.height * 0.1);
  await page.getByRole('button', { name: 'Break it' }).click();
  const menu = page.getByRole('menu', { name: 'Actions for app/3' });
  await menu.getByRole('menuitem', { name: /Crash/ }).click();
  const form = page.getByRole('dialog', { name: 'Actions for app/3' });
  await form.getByLabel('For').fill('20s');
  await form.getByRole('button', { name: 'Strike' }).click();
  await expect.poll(() => text(page)).toMatch(/At\("[^"]+", Crash\(target: "app\/3", for: "20s"\)\)/);
  // What the command would read is what runs.
  await expect
    .poll(() => page.evaluate(() => window.escala.studio.description?.timeline.map((entry) => entry.target)))
    .toEqual(['app/3']);
  await expect
    .poll(() =>
      page.evaluate(() => {
        const { frame, description } = window.escala.studio;
        const app = description?.nodes.find(({ name }) => name === 'app');
        return frame.instance((app?.firstInstance ?? 0) + 3, 'life');
      }),
    )
    .toBe(4);
  await page.keyboard.press('Control+z');
  await expect.poll(() => text(page)).not.toContain('Crash');
});

test('a link is cut by keyboard alone', async ({ page }) => {
  await page.evaluate(() => (window.escala.studio.selection = { edge: { from: 'app', to: 'db' } }));
  await page.keyboard.press('f');
  const menu = page.getByRole('menu', { name: 'Actions for app → db' });
  await expect(menu).toBeVisible();
  await page.keyboard.press('c');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  await expect.poll(() => text(page)).toMatch(/Partition\(link: "app->db", for: "30s"\)/);
});

test('Escape leaves the menu, and the focus where it was', async ({ page }) => {
  await node(page, 'db').focus();
  await page.keyboard.press('f');
  await expect(page.getByRole('menu')).toBeVisible();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('menu')).toHaveCount(0);
  await expect(node(page, 'db')).toBeFocused();
});

test('a node is moved, and stays where it was put', async ({ page }) => {
  const before = await middleOf(node(page, 'lb'));
  await page.mouse.move(before.x, before.y);
  await page.mouse.down();
  await page.mouse.move(before.x + 10, before.y + 90, { steps: 6 });
  await page.mouse.up();
  await expect.poll(() => text(page)).toMatch(/layout: \{[^}]*"lb"/);
  const after = await middleOf(node(page, 'lb'));
  expect(after.y - before.y).toBeGreaterThan(60);
  await page.getByRole('button', { name: /Tidy up/ }).click();
  await expect.poll(() => text(page)).not.toContain('layout');
});

test('a node is dragged from the palette, connected, renamed and deleted', async ({ page }) => {
  const service = await middleOf(page.locator('.palette').getByRole('button', { name: 'service' }));
  const lb = await middleOf(node(page, 'lb'));
  await page.mouse.move(service.x, service.y);
  await page.mouse.down();
  await page.mouse.move(lb.x, lb.y + 100, { steps: 6 });
  await page.mouse.move(lb.x, lb.y + 190, { steps: 6 });
  await page.mouse.up();
  await expect.poll(() => nodeNames(page)).toContain('service');
  const added = await middleOf(node(page, 'service'));
  expect(Math.abs(added.x - lb.x)).toBeLessThan(40);

  const before = await edgeNames(page);
  await page.mouse.move(lb.x, lb.y);
  await page.mouse.move(lb.x + lb.width / 2 + 3, lb.y, { steps: 3 });
  await page.mouse.down();
  await page.mouse.move(added.x, added.y, { steps: 8 });
  await page.mouse.up();
  await expect.poll(() => edgeNames(page)).toContain('lb->service');
  expect(before).not.toContain('lb->service');

  await node(page, 'service').focus();
  await page.keyboard.press('F2');
  await page.getByLabel('New name of service').fill('search');
  await page.keyboard.press('Enter');
  await expect.poll(() => nodeNames(page)).toContain('search');
  expect(await edgeNames(page)).toContain('lb->search');

  await node(page, 'search').focus();
  await page.keyboard.press('Delete');
  await expect.poll(() => nodeNames(page)).not.toContain('search');
  await page.keyboard.press('Control+z');
  await expect.poll(() => nodeNames(page)).toContain('search');
});

test('a node is added and connected by keyboard', async ({ page }) => {
  await page.locator('.palette').getByRole('button', { name: 'cache' }).press('Enter');
  await expect.poll(() => nodeNames(page)).toContain('cache2');
  await node(page, 'app').focus();
  await page.keyboard.press('c');
  await page.getByRole('menuitem', { name: /cache2/ }).press('Enter');
  await expect.poll(() => edgeNames(page)).toContain('app->cache2');
});

test('a locked view is looked at, not changed', async ({ page }) => {
  await page.evaluate(() => window.escala.studio.open(window.escala.studio.text, { locked: true }));
  const before = await text(page);
  await node(page, 'app').focus();
  await page.keyboard.press('Delete');
  const lb = await middleOf(node(page, 'lb'));
  await page.mouse.move(lb.x, lb.y);
  await page.mouse.down();
  await page.mouse.move(lb.x, lb.y + 80, { steps: 5 });
  await page.mouse.up();
  expect(await text(page)).toBe(before);
});

/** The pixels of the first stretch of the arrow from users to lb, where no number covers it. */
async function dots(page: Page): Promise<string> {
  const from = await middleOf(node(page, 'users'));
  const region = await page.locator('.region').boundingBox();
  const x = from.x + from.width / 2 + 3 - (region?.x ?? 0);
  const y = from.y - 10 - (region?.y ?? 0);
  return page.evaluate(
    ([x, y]) => {
      const canvas = document.querySelector<HTMLCanvasElement>('.region canvas');
      return canvas?.getContext('2d')?.getImageData(x ?? 0, y ?? 0, 16, 20).data.join() ?? '';
    },
    [x, y],
  );
}

async function looks(page: Page): Promise<Set<string>> {
  const seen = new Set<string>();
  for (let look = 0; look < 8; look += 1) {
    seen.add(await dots(page));
    await page.waitForTimeout(130);
  }
  return seen;
}

test('dots run; under reduced motion they stand, while numbers go on', async ({ page }) => {
  // Past the start, where the load is even.
  await page.evaluate(() => window.escala.studio.seek(20));
  await page.mouse.move(5, 5);
  expect((await looks(page)).size).toBeGreaterThan(3);
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.waitForTimeout(1_500);
  const before = await drawn(page);
  expect((await looks(page)).size).toBeLessThanOrEqual(2);
  expect(await drawn(page)).not.toBe(before);
});

test('while paused nothing is drawn again', async ({ page }) => {
  await page.evaluate(() => window.escala.studio.pause());
  await page.mouse.move(5, 5);
  await page.waitForTimeout(500);
  const still = await drawn(page);
  await page.waitForTimeout(500);
  expect(await drawn(page)).toBe(still);
});

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true });

  test('a tap selects, a long press opens the menu, everything is on the screen', async ({ page }) => {
    for (const name of ['users', 'db']) {
      const box = await node(page, name).boundingBox();
      expect(box?.x).toBeGreaterThanOrEqual(0);
      expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(390);
    }
    const db = await middleOf(node(page, 'db'));
    await page.touchscreen.tap(db.x, db.y);
    expect(await page.evaluate(() => window.escala.studio.selection)).toEqual({ node: 'db' });
    const client = await page.context().newCDPSession(page);
    await client.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [{ x: db.x, y: db.y }] });
    await expect(page.getByRole('menu')).toBeVisible();
    await client.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    await expect(page.getByRole('menu')).toBeVisible();
  });

  test('turned to its side, everything is shown again', async ({ page }) => {
    await page.setViewportSize({ width: 844, height: 390 });
    await expect
      .poll(async () => {
        const region = await page.locator('.region').boundingBox();
        const box = await node(page, 'db').boundingBox();
        return region !== null && box !== null && box.x + box.width <= region.x + region.width;
      })
      .toBe(true);
  });
});
