// What differs between two texts, line by line.

export interface DifferentLine {
  side: 'first' | 'second';
  /** From 1. */
  line: number;
  text: string;
}

/** Beyond so many pairs of lines the middle is told as a whole, which is right and quick, if not short. */
const MOST_PAIRS = 4_000_000;

/** The lines that only one of both has, in the order of the texts; of the first before those of the second at each place. */
export function differentLines(first: string, second: string): DifferentLine[] {
  const [a, b] = [first.split('\n'), second.split('\n')];
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let [endA, endB] = [a.length, b.length];
  while (endA > start && endB > start && a[endA - 1] === b[endB - 1]) [endA, endB] = [endA - 1, endB - 1];
  const [middleA, middleB] = [a.slice(start, endA), b.slice(start, endB)];
  const common = commonLines(middleA, middleB);
  const found: DifferentLine[] = [];
  let [i, j] = [0, 0];
  for (const [nextA, nextB] of [...common, [middleA.length, middleB.length] as const]) {
    for (; i < nextA; i += 1) found.push({ side: 'first', line: start + i + 1, text: (middleA[i] ?? '').trim() });
    for (; j < nextB; j += 1) found.push({ side: 'second', line: start + j + 1, text: (middleB[j] ?? '').trim() });
    [i, j] = [nextA + 1, nextB + 1];
  }
  return found.filter(({ text }) => text !== '');
}

/** Positions of a longest common subsequence. */
function commonLines(a: readonly string[], b: readonly string[]): (readonly [number, number])[] {
  if (a.length === 0 || b.length === 0 || a.length * b.length > MOST_PAIRS) return [];
  const width = b.length + 1;
  const longest = new Uint32Array((a.length + 1) * width);
  const at = (i: number, j: number) => longest[i * width + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      longest[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const found: [number, number][] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    if (a[i] === b[j]) found.push([i++, j++]);
    else if (at(i + 1, j) >= at(i, j + 1)) i += 1;
    else j += 1;
  }
  return found;
}
