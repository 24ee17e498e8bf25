// The size of a card and what stands where on it, in pixels of the graph. Fixed, so that nothing jumps while numbers change.

/** Of every card. */
export const WIDTH = 200;
export const HEIGHT = 116;

export const CARD = {
  side: 8,
  /** The line with glyph, name and trouble. */
  head: { top: 0, height: 28 },
  /** The row of waiting requests. */
  queue: { top: 34, height: 12 },
  /** Instances, or what stands in their place. */
  cells: { top: 54, height: 32 },
  /** The baseline of the numbers below. */
  numbers: 105,
} as const;

export const INNER = WIDTH - 2 * CARD.side;

/** More instances than this are drawn as a heat strip. */
export const MOST_CELLS = 24;

const GAP = 4;
const SMALL_GAP = 2;

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Where instances stand: so many columns and rows of cells of one size, from the corner of the card. */
export interface Grid {
  count: number;
  columns: number;
  gap: number;
  cell: { width: number; height: number };
  isStrip: boolean;
}

/** The grid for `count` instances. A few sizes only, so that one more instance seldom moves the others. */
export function gridFor(count: number): Grid {
  const { height } = CARD.cells;
  if (count > MOST_CELLS) return stripFor(count);
  const columns = [1, 2, 4, 8, 12].find((size) => count <= size) ?? 12;
  const rows = count > 12 ? 2 : 1;
  const gap = columns > 8 ? SMALL_GAP : GAP;
  const cell = { width: (INNER - (columns - 1) * gap) / columns, height: (height - (rows - 1) * gap) / rows };
  return { count, columns, gap, cell, isStrip: false };
}

function stripFor(count: number): Grid {
  const { height } = CARD.cells;
  const rows = Math.max(2, Math.min(height / 2, Math.round(Math.sqrt((count * height) / INNER))));
  const columns = Math.ceil(count / rows);
  return { count, columns, gap: 0, cell: { width: INNER / columns, height: height / rows }, isStrip: true };
}

/** The place of a cell. */
export function cellBox(grid: Grid, position: number): Box {
  const { cell, columns, gap } = grid;
  const column = position % columns;
  const row = Math.floor(position / columns);
  return {
    x: CARD.side + column * (cell.width + gap),
    y: CARD.cells.top + row * (cell.height + gap),
    width: cell.width,
    height: cell.height,
  };
}

/** The cell at a point from the corner of the card, or −1. The gaps belong to the cell before them. */
export function cellAt(grid: Grid, x: number, y: number): number {
  const { cell, columns, gap, count } = grid;
  const column = Math.floor((x - CARD.side) / (cell.width + gap));
  const row = Math.floor((y - CARD.cells.top) / (cell.height + gap));
  if (column < 0 || column >= columns || row < 0) return -1;
  const position = row * columns + column;
  return y <= CARD.cells.top + CARD.cells.height && position < count ? position : -1;
}

/** How many requests stand in the drawn queue: each of the first six, then fewer and fewer. */
export const MOST_WAITING_DRAWN = 14;

export function waitingDrawn(waiting: number): number {
  if (!(waiting > 0)) return 0;
  const count = Math.round(waiting);
  if (count <= 6) return Math.max(1, count);
  return Math.min(MOST_WAITING_DRAWN, Math.floor(6 + 1.5 * Math.log2(count / 6)));
}
