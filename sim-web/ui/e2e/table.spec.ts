// The table view: the same numbers as the frame, sortable, explained, and with both arms beside each other.
import { readFileSync } from 'node:fs';
import { expect, test, type Page } from '@playwright/test';

const text = readFileSync('../../models/basics/three-tier.ron', 'utf8');

async function opened(page: Page, at: number, b: string | null = null): Promise<void> {
  await page.goto('./');
  await page.waitForFunction(() => window.escala?.studio.description !== null);
  await page.evaluate(
    async ({ text, at, b }) => {
      const { studio } = window.escala;
      // What the page opened with would run on past `at` until it is told to pause.
      await studio.pause();
      await studio.open(text, { at, playing: false });
      if (b !== null) await studio.openB(b);
    },
    { text, at, b },
  );
  await page.waitForFunction(
    (at) => {
      const { studio } = window.escala;
      return studio.goal === null && Math.abs(studio.time - at) < 1e-6 && studio.catalogue !== null;
    },
    at,
    { timeout: 120_000 },
  );
  await page.getByRole('button', { name: 'Table', exact: true }).click();
  await expect(page.getByTestId('table-nodes')).toBeVisible();
}

/** A cell as a number; `NaN` for a dash. */
function asNumber(cell: string): number {
  const plain = cell.trim().replace(/,/g, '').replace('−', '-').replace('∞', 'Infinity');
  return plain === '–' ? NaN : Number(plain);
}

test('has the numbers of the frame', async ({ page }) => {
  await opened(page, 60);
  for (const group of ['clients', 'nodes', 'instances', 'edges'] as const) {
    const table = page.getByTestId(`table-${group}`);
    const cells = await table.locator('tbody tr').evaluateAll((rows) =>
      rows.map((row) => ({
        name: (row as HTMLElement).dataset['name'] ?? '',
        cells: [...row.querySelectorAll('td')].map((cell) => [cell.dataset['field'] ?? '', cell.innerText] as const),
      })),
    );
    const truth = await page.evaluate((group) => {
      const { frame, description } = window.escala.studio;
      const { count, fields } = frame.layout.groups[group]!;
      const nodes = description!.nodes;
      const nameOf = (place: number) => {
        const node = nodes.find(({ firstInstance, mostInstances }) => place >= firstInstance && place < firstInstance + mostInstances);
        switch (group) {
          case 'clients':
            return nodes.find(({ client }) => client === place)!.name;
          case 'nodes':
            return nodes[place]!.name;
          case 'edges':
            return `${nodes[description!.edges[place]!.from]!.name} → ${nodes[description!.edges[place]!.to]!.name}`;
          case 'instances':
            return `${node?.name}/${place - (node?.firstInstance ?? 0)}`;
        }
      };
      return Array.from({ length: count }, (_, place) => ({
        name: nameOf(place),
        values: Object.fromEntries(fields.map((field) => [field, frame.value(group, place, field)])),
      }));
    }, group);
    expect(cells.length).toBeGreaterThan(0);
    for (const { name, cells: row } of cells) {
      const values = truth.find((one) => one.name === name)?.values;
      expect(values, name).toBeDefined();
      for (const [field, cell] of row) {
        if (field === 'life' || field === 'trouble') continue;
        const scale = field === 'utilization' || field === 'hitRatio' ? 100 : 1;
        const expected = (values?.[field] ?? NaN) * scale;
        const shown = asNumber(cell);
        const isSame = Number.isNaN(expected) ? Number.isNaN(shown) : Math.abs(shown - expected) <= Math.abs(expected) * 0.006;
        expect(isSame, `${name} ${field}: ${cell} for ${expected}`).toBe(true);
      }
    }
  }
});

test('is sorted by its heads, which say so', async ({ page }) => {
  await opened(page, 60);
  const table = page.getByTestId('table-nodes');
  const rates = async () => (await table.locator('td[data-field=rate]').allInnerTexts()).map(asNumber);
  await table.getByRole('button', { name: 'Sort by visits' }).click();
  const falling = await rates();
  expect(falling).toEqual([...falling].sort((a, b) => b - a));
  await expect(table.getByRole('columnheader', { name: 'visits' })).toHaveAttribute('aria-sort', 'descending');
  await table.getByRole('button', { name: 'Sort by visits' }).press('Enter');
  await expect(table.getByRole('columnheader', { name: 'visits' })).toHaveAttribute('aria-sort', 'ascending');
  const rising = await rates();
  expect(rising).toEqual([...rising].sort((a, b) => a - b));
});

test('answers what a number is, in the words of the engine', async ({ page }) => {
  await opened(page, 20);
  await page.getByTestId('table-clients').getByRole('button', { name: 'p99', exact: true }).click();
  await expect(page.locator('[popover]:popover-open')).toHaveText('99th percentile of latency.');
  await page.keyboard.press('Escape');
  await expect(page.locator('[popover]:popover-open')).toHaveCount(0);
});

test('has both arms beside each other, and their difference', async ({ page }) => {
  await opened(page, 60, text.replace('instances: 4', 'instances: 3'));
  const cell = (of: string) => page.getByTestId('table-nodes').locator(`tr[data-name=app] td[data-field=ready][data-of="${of}"]`);
  await expect(cell('0')).toHaveText('4');
  await expect(cell('1')).toHaveText('3');
  await expect(cell('difference')).toHaveText('−1');
  // An instance that only one arm has is there, and unknown in the other.
  const busy = (of: string) => page.getByTestId('table-instances').locator(`tr[data-name="app/3"] td[data-field=present][data-of="${of}"]`);
  await expect(busy('1')).toHaveText('–');
});

test('selects what is pressed', async ({ page }) => {
  await opened(page, 5);
  await page.getByTestId('table-nodes').getByRole('button', { name: 'db', exact: true }).click();
  expect(await page.evaluate(() => window.escala.studio.selection)).toEqual({ node: 'db' });
});
