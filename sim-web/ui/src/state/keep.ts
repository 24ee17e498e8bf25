// Work survives a reload: the texts and the view are kept in the browser's storage, as long as they are small enough for it.
import type { Shared } from './share';

const KEY = 'escala.work';
/** Storage holds about 5 MB of UTF-16 for all of a site. */
export const MOST_KEPT = 1_500_000;

export type Kept = 'kept' | 'tooLarge' | 'unavailable';

export function keep(work: Shared): Kept {
  const json = JSON.stringify(work);
  try {
    if (json.length > MOST_KEPT) {
      // An older text in its place would be worse than none.
      localStorage.removeItem(KEY);
      return 'tooLarge';
    }
    localStorage.setItem(KEY, json);
    return 'kept';
  } catch {
    return 'unavailable';
  }
}

export function kept(): Shared | null {
  try {
    const work = JSON.parse(localStorage.getItem(KEY) ?? 'null') as Shared | null;
    return work && typeof work.text === 'string' ? work : null;
  } catch {
    return null;
  }
}
