// Time: the scrubber is exact and quick, and charts, flags and their values can be reached and read.
import { readFileSync } from 'node:fs';
import { expect, test, type Page } from '@playwright/test';

const model = (name: string) => readFileSync(`../../models/${name}.ron`, 'utf8');

async function opened(page: Page, name: string, at = 0): Promise<void> {
  await page.goto('./');
  await page.waitForFunction(() => window.escala?.studio.description !== null);
  await page.evaluate(
    ({ text, at }) => window.escala.studio.open(text, { at, playing: false }),
    { text: model(name), at },
  );
  await arrived(page, at);
}

/** Until the run stands at a time, or at its end before that. */
async function arrived(page: Page, at: number): Promise<void> {
  await page.waitForFunction(
    (at) => {
      const { studio } = window.escala;
      return studio.goal === null && Math.abs(studio.time - at) < 1e-6 && studio.frame.head('now') === studio.time;
    },
    at,
    { timeout: 120_000 },
  );
}

async function sought(page: Page, at: number): Promise<void> {
  await page.evaluate((at) => window.escala.studio.seek(at), at);
  await arrived(page, at);
}

function numbersOf(page: Page): Promise<{ frame: number[]; rows: number; last: number }> {
  return page.evaluate(() => {
    const { frame, rows } = window.escala.studio;
    return { frame: [...frame.data], rows: rows.count, last: rows.value(rows.count - 1, 'clients', 0, 'p99') };
  });
}

test('seeking back and forward gives the numbers of a straight run', async ({ page }) => {
  test.setTimeout(180_000);
  await opened(page, 'basics/three-tier', 70);
  const straight = await numbersOf(page);
  for (const detour of [20, 69.3, 3.1, 0]) {
    await sought(page, detour);
    await sought(page, 70);
    expect(await numbersOf(page), `by way of ${detour}`).toEqual(straight);
  }
});

test('what is broken right after going back is broken there, not where the run was', async ({ page }) => {
  await opened(page, 'basics/three-tier', 40);
  const text = await page.evaluate(async () => {
    const { studio } = window.escala;
    void studio.seek(12.5);
    await studio.strike('Crash(target: "app/3", for: "30s")');
    return studio.text;
  });
  expect(text).toContain('At("12.5s", Crash(target: "app/3", for: "30s"))');
});

test('a run that was scrubbed ends with the digest of one that was not', async ({ page }) => {
  test.setTimeout(180_000);
  await opened(page, 'failure/retry-storm');
  const untouched = await page.evaluate(async (text) => {
    const outcome = await window.escala.studio.engine.run<{ digest: string }>(text);
    return outcome.ok ? outcome.value.digest : '';
  }, model('failure/retry-storm'));
  expect(untouched).toMatch(/^[\da-f]{16}$/);

  const slider = page.getByRole('slider', { name: 'Time of the run' });
  const box = (await slider.boundingBox())!;
  const at = (share: number): [number, number] => [box.x + box.width * share, box.y + box.height / 2];
  await page.mouse.move(...at(0.1));
  await page.mouse.down();
  for (const share of [0.3, 0.2, 0.5, 0.05, 0.4]) await page.mouse.move(...at(share), { steps: 5 });
  await page.mouse.up();
  await arrived(page, await page.evaluate(() => window.escala.studio.goal ?? window.escala.studio.time));
  expect(await page.evaluate(() => window.escala.studio.time)).toBeCloseTo(0.4 * 480, 0);
  await slider.press('End');
  await arrived(page, 480);
  expect(await page.evaluate(async () => window.escala.studio.engine.digest(0))).toEqual({ ok: true, value: untouched });
});

test('another time is there soon; how soon is printed, and measured by `measure.mjs`', async ({ page }) => {
  test.setTimeout(180_000);
  await opened(page, 'basics/three-tier', 360);
  const took = await page.evaluate(async () => {
    const { studio } = window.escala;
    const soon = () => new Promise<void>((done) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => done();
      port2.postMessage(null);
    });
    const times: number[] = [];
    // Spread over the run without a pattern, and the same in every test.
    for (let index = 1; index <= 40; index += 1) {
      const to = ((index * 0.618_034) % 1) * 355 + 2;
      const begun = performance.now();
      void studio.seek(to);
      while (studio.goal !== null || Math.abs(studio.time - to) > 1e-6) await soon();
      times.push(performance.now() - begun);
    }
    return times.sort((a, b) => a - b);
  });
  const [median, most] = [took[20] ?? NaN, took.at(-1) ?? NaN];
  console.log(`seek in three-tier: median ${median.toFixed(1)} ms, greatest ${most.toFixed(1)} ms of ${took.length}`);
  // Far above what it takes on a quiet machine: without checkpoints it would take that long.
  expect(median).toBeLessThan(1_000);
});

test('the scrubber is a slider for the keyboard and for those who listen', async ({ page }) => {
  await opened(page, 'scaling/hpa-step', 130);
  const slider = page.getByRole('slider', { name: 'Time of the run' });
  await expect(slider).toHaveAttribute('aria-valuemax', '1200');
  await expect(slider).toHaveAttribute('aria-valuenow', '130');
  await expect(slider).toHaveAttribute('aria-valuetext', '2:10.0 of 20:00.0');
  await slider.press('ArrowLeft');
  await arrived(page, 129);
  await slider.press('Shift+ArrowLeft');
  await arrived(page, 119);
  await slider.press('PageDown');
  const step = 119 - (await page.evaluate(() => window.escala.studio.goal ?? window.escala.studio.time));
  expect(step).toBeGreaterThan(10);
  await slider.press('Home');
  await arrived(page, 0);
  await slider.press('ArrowRight');
  await arrived(page, 1);
});

test('scaling, faults and changes have flags that can be reached and say what happened', async ({ page }) => {
  await opened(page, 'scaling/hpa-step', 130);
  const flags = page.getByRole('toolbar', { name: 'Faults, changes and scaling' }).getByRole('button');
  await expect(flags.first()).toHaveAccessibleName(/app: 2 → 4 instances/);
  const spoken = (await flags.evaluateAll((all) => all.map((one) => one.getAttribute('aria-label')))).join(' ');
  for (const step of ['2 → 4', '4 → 8', '8 → 16', '16 → 20']) expect(spoken).toContain(step);

  await page.evaluate(() => window.escala.studio.strike('Crash(target: "app/3", for: "30s")'));
  const crash = page.getByRole('button', { name: /Crash app\/3, for 30 s/ });
  await expect(crash).toBeVisible();
  await crash.focus();
  await expect(page.locator('.note:visible')).toContainText('Crash app/3, for 30 s');
  await crash.press('Home');
  await expect(flags.first()).toBeFocused();
  await flags.first().press('Enter');
  await arrived(page, 75);
});

test('charts say the numbers of the frame, and of the past under the cursor', async ({ page }) => {
  await opened(page, 'basics/three-tier', 200);
  const shown = await page.evaluate(() => {
    const { frame } = window.escala.studio;
    return { p99: frame.client(0, 'p99'), failed: frame.client(0, 'failed') };
  });
  const valueOf = async (name: string) => Number.parseFloat((await page.getByTestId(name).innerText()).replace(',', ''));
  await expect.poll(() => valueOf('value-latency-p99-0')).toBeCloseTo(shown.p99, 0);
  expect(await valueOf('value-load-failed-0')).toBeCloseTo(shown.failed, 0);

  const box = (await page.getByTestId('scrubber').boundingBox())!;
  await page.mouse.move(box.x + (100 / 360) * box.width, box.y + 20);
  const past = await page.evaluate(() => {
    const { rows } = window.escala.studio;
    return [rows.rowAt(100) - 1, rows.rowAt(100), rows.rowAt(100) + 1, rows.rowAt(100) + 2].map((row) => rows.value(row, 'clients', 0, 'p99'));
  });
  await expect.poll(async () => {
    const value = await valueOf('value-latency-p99-0');
    return past.some((one) => Math.abs(one - value) < 0.006 * one);
  }).toBe(true);
});

test('what is not simulated yet is told while the run goes there', async ({ page }) => {
  await opened(page, 'basics/three-tier', 5);
  await page.getByRole('slider', { name: 'Time of the run' }).press('End');
  await expect(page.getByTestId('goal')).toBeVisible();
  await expect(page.getByText(/going to 6:00\.0 · \d/).first()).toBeVisible();
});

test('the histogram is beside the charts, with its percentiles', async ({ page }) => {
  await opened(page, 'basics/three-tier', 120);
  await page.getByTestId('timeline-view').selectOption('histogram');
  const picture = page.getByRole('img', { name: /Histogram of the latency of users over [\d,]+ answers: p50 / });
  await expect(picture).toBeVisible();
  expect(await picture.locator('rect').count()).toBeGreaterThan(20);
});
