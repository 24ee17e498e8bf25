// A change makes the one text the other, and touches no more than it has to.
import { describe, expect, it } from 'vitest';
import { changeBetween } from './change';

const applied = (before: string, after: string) => {
  const change = changeBetween(before, after);
  return change ? before.slice(0, change.from) + change.insert + before.slice(change.to) : before;
};

describe('changeBetween', () => {
  it('makes one text the other', () => {
    const texts = ['', 'a', 'ab', 'aab', 'aba', '(nodes: {})', '(nodes: {"a": Cache()})', 'x𝄞y', 'x𝄢y', '𝄞𝄞', '𝄞'];
    for (const before of texts) for (const after of texts) expect(applied(before, after)).toBe(after);
  });

  it('leaves what is common alone', () => {
    expect(changeBetween('rate: "800/s", timeout', 'rate: "900/s", timeout')).toEqual({ from: 7, to: 8, insert: '9' });
    expect(changeBetween('same', 'same')).toBeNull();
  });

  it('takes no character apart', () => {
    expect(changeBetween('x𝄞y', 'x𝄢y')).toEqual({ from: 1, to: 3, insert: '𝄢' });
  });
});
