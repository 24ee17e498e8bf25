// A histogram of latencies for drawing: the engine's fine cells gathered into bars of equal width on a logarithmic axis.

export interface Bar {
  /** Edges in ms. */
  low: number;
  high: number;
  count: number;
}

export interface Bars {
  bars: Bar[];
  total: number;
  /** The greatest count of a bar. */
  most: number;
  /** Edges of the axis in ms. */
  low: number;
  high: number;
}

/** Pairs of an upper edge in ms and a count, in order, to about `wanted` bars; none where nothing was counted. */
export function barsOf(pairs: ArrayLike<number>, wanted: number): Bars | null {
  const cells = cellsOf(pairs);
  const [first, last] = [cells[0], cells.at(-1)];
  if (!first || !last) return null;
  // Half a decade at least, or a constant latency would be one bar as wide as the picture.
  const middle = Math.sqrt(first.low * last.high);
  const low = Math.min(first.low, middle / 10 ** 0.25);
  const high = Math.max(last.high, middle * 10 ** 0.25);
  // A bar is no narrower than a cell, or there would be a pattern of gaps; and an odd number has one in the middle.
  const most = Math.max(1, Math.min(wanted, Math.floor(Math.log(high / low) / Math.log(CELL_GROWTH))));
  const many = most % 2 === 0 ? most - 1 : most;
  const step = Math.log(high / low) / many;
  const bars: Bar[] = Array.from({ length: many }, (_, index) => {
    return { low: low * Math.exp(index * step), high: low * Math.exp((index + 1) * step), count: 0 };
  });
  for (const cell of cells) share(bars, cell, low, step);
  const total = cells.reduce((sum, { count }) => sum + count, 0);
  return { bars, total, most: Math.max(...bars.map(({ count }) => count)), low, high };
}

/** About the latency in ms that this share of the answers had at most: within a cell answers are taken to be spread evenly. */
export function quantile(pairs: ArrayLike<number>, wanted: number): number {
  const cells = cellsOf(pairs);
  let left = cells.reduce((sum, { count }) => sum + count, 0) * wanted;
  for (const { low, high, count } of cells) {
    if (count >= left) return low + (high - low) * (left / count);
    left -= count;
  }
  return cells.at(-1)?.high ?? NaN;
}

/** Decades, and with few of them also 2 and 5 times: where a logarithmic axis has its marks. */
export function decades(low: number, high: number): number[] {
  const span = Math.log10(high / low);
  const steps = span > 3 ? [1] : span > 1.2 ? [1, 2, 5] : [1, 1.5, 2, 3, 4, 5, 7];
  const found: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power += 1) {
    for (const step of steps) {
      const value = step * 10 ** power;
      if (value >= low && value <= high) found.push(value);
    }
  }
  return found;
}

interface Cell {
  low: number;
  high: number;
  count: number;
}

/** The engine has sixteen cells an octave, the widest of which is this wide; empty ones are left out. */
const CELL_GROWTH = 1 + 1 / 16;

function cellsOf(pairs: ArrayLike<number>): Cell[] {
  const cells: Cell[] = [];
  let before = 0;
  for (let index = 0; index + 1 < pairs.length; index += 2) {
    const [edge, count] = [pairs[index] as number, pairs[index + 1] as number];
    if (count > 0 && edge > 0) cells.push({ low: Math.max(before, edge / CELL_GROWTH), high: edge, count });
    before = edge;
  }
  return cells;
}

/** Spreads a cell over the bars that it lies in. */
function share(bars: Bar[], cell: Cell, low: number, step: number): void {
  const place = (value: number) => Math.log(value / low) / step;
  const [from, to] = [place(cell.low), place(cell.high)];
  const first = Math.min(bars.length - 1, Math.max(0, Math.floor(from + 1e-9)));
  const last = Math.min(bars.length - 1, Math.max(first, Math.ceil(to - 1e-9) - 1));
  for (let index = first; index <= last; index += 1) {
    const inside = Math.min(to, index + 1) - Math.max(from, index);
    const part = first === last ? 1 : Math.max(0, inside) / (to - from);
    (bars[index] as Bar).count += cell.count * part;
  }
}
