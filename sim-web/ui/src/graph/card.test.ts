import { expect, test } from 'vitest';
import { CARD, cellAt, cellBox, gridFor, HEIGHT, INNER, MOST_CELLS, MOST_WAITING_DRAWN, waitingDrawn, WIDTH } from './card';

test('a short queue is drawn as it is, a long one ever shorter', () => {
  expect([0, 1, 2, 6].map(waitingDrawn)).toEqual([0, 1, 2, 6]);
  expect(waitingDrawn(0.2)).toBe(1);
  expect(waitingDrawn(NaN)).toBe(0);
  const drawn = [6, 10, 30, 100, 1_000].map(waitingDrawn);
  expect(drawn).toEqual(drawn.toSorted((a, b) => a - b));
  expect(waitingDrawn(12)).toBeLessThan(12);
  expect(waitingDrawn(1e9)).toBe(MOST_WAITING_DRAWN);
});

test.each([1, 2, 3, 4, 5, 8, 9, 12, 13, 24, 25, 60, 300, 5_000])('%d instances stand inside of the card', (count) => {
  const grid = gridFor(count);
  expect(grid.isStrip).toBe(count > MOST_CELLS);
  for (const position of [0, count - 1]) {
    const box = cellBox(grid, position);
    expect(box.x).toBeGreaterThanOrEqual(CARD.side - 0.01);
    expect(box.x + box.width).toBeLessThanOrEqual(CARD.side + INNER + 0.01);
    expect(box.y + box.height).toBeLessThanOrEqual(CARD.cells.top + CARD.cells.height + 0.01);
    expect(cellAt(grid, box.x + box.width / 2, box.y + box.height / 2)).toBe(position);
  }
});

test('beside the cells there is none', () => {
  const grid = gridFor(3);
  expect(cellAt(grid, WIDTH / 2, 4)).toBe(-1);
  expect(cellAt(grid, WIDTH / 2, HEIGHT - 4)).toBe(-1);
  // The fourth place of the row is free.
  expect(cellAt(grid, WIDTH - CARD.side - 4, CARD.cells.top + 4)).toBe(-1);
});
