// `npm run screenshots`: the pictures of the explorer in README and docs, taken of the built page in a real Chromium.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { launch, servePage } from './build/browser.mjs';

const FOLDER = '../../docs/images';

/** When a server becomes slow in all pictures, and when it is looked at, in simulated seconds. */
const FAULT_AT = 60;
const SEEN_AT = 95;

/** Each picture: how the page is looked at, and what has been done to it. */
const PICTURES = [
  { name: 'explorer-light', colorScheme: 'light', size: [1440, 900], act: slowDown },
  { name: 'explorer-dark', colorScheme: 'dark', size: [1440, 900], act: slowDown },
  { name: 'explorer-compare', colorScheme: 'light', size: [1440, 900], act: compare },
  { name: 'explorer-phone', colorScheme: 'light', size: [390, 844], act: slowDown },
];

mkdirSync(FOLDER, { recursive: true });
const [only] = process.argv.slice(2);
const server = await servePage('dist');
const browser = await launch();
try {
  for (const picture of PICTURES.filter(({ name }) => !only || name === only)) await take(picture);
} finally {
  await browser.close();
  server.stop();
}

async function take({ name, colorScheme, size: [width, height], act }) {
  const context = await browser.newContext({ viewport: { width, height }, deviceScaleFactor: 2, colorScheme, locale: 'en-GB' });
  const page = await context.newPage();
  page.on('pageerror', (error) => console.error(`${name}: ${error.message}`));
  await page.goto(server.url);
  await page.waitForFunction(() => performance.getEntriesByName('first-frame').length > 0);
  await act(page);
  await isDrawn(page);
  const path = join(FOLDER, `${name}.png`);
  await page.screenshot({ path });
  console.log(path);
  await context.close();
}

/** One of the servers becomes slow. */
async function slowDown(page) {
  await page.evaluate(
    async ({ faultAt, seenAt }) => {
      const { studio } = window.escala;
      await studio.pause();
      await studio.seek(faultAt);
      const service = studio.description.nodes.find(({ kind, mostInstances }) => kind === 'service' && mostInstances > 1);
      const struck = await studio.strike(`Slow(target: "${service.name}/3", factor: 6, for: "120s")`, { at: faultAt });
      if (!struck.ok) throw new Error(struck.problems[0]?.message);
      studio.selection = { node: service.name };
      await studio.seek(seenAt);
    },
    { faultAt: FAULT_AT, seenAt: SEEN_AT },
  );
}

/** Another policy in arm B, on the same requests. */
async function compare(page) {
  await slowDown(page);
  await page.getByRole('button', { name: 'A/B', exact: true }).click();
  await page.waitForFunction(() => window.escala.studio.hasB);
  await page.evaluate(async (seenAt) => {
    const { studio } = window.escala;
    const balancer = studio.description.nodes.find(({ kind }) => kind === 'balancer');
    const changed = await studio.setParameter(`nodes.${balancer.name}.policy`, 'RoundRobin', { from: 'start', arm: 1 });
    if (!changed.ok) throw new Error(changed.problems[0]?.message);
    await studio.seek(seenAt);
  }, SEEN_AT);
}

/** Until numbers and canvases show the time that was asked for, and hints of the start have had their time. */
async function isDrawn(page) {
  await page.waitForFunction(() => window.escala.studio.goal === null);
  await page.waitForTimeout(2500);
}
