// Parts of the page that are not in its first load: they come once the first frame was drawn.
import { firstFrame } from '../state/first-frame';

type Load<T> = () => Promise<T>;

/** Loads once; what failed, for want of a network, is tried again when it is asked for again. */
function once<T>(load: Load<T>): Load<T> {
  let loading: Promise<T> | null = null;
  return () => {
    loading ??= load().catch((error: unknown) => {
      loading = null;
      throw error;
    });
    return loading;
  };
}

/** What stands on the page, but not in its first frame. */
export function later<T>(load: Load<T>): Load<T> {
  const get = once(load);
  return () => firstFrame.then(get);
}

/** What opens when somebody asks for it: it is there before, so that nobody waits for it. */
export function onDemand<T>(load: Load<T>): Load<T> {
  const get = once(load);
  void firstFrame.then(idle).then(get).catch(() => undefined);
  return get;
}

function idle(): Promise<unknown> {
  // Not every browser tells when it is idle.
  return new Promise((resolve) => {
    if ('requestIdleCallback' in globalThis) requestIdleCallback(resolve, { timeout: 3_000 });
    else setTimeout(resolve, 500);
  });
}
