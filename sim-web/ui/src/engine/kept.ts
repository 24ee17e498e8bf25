// What is loaded once, and once more after it failed: a network that failed may work the next time.

export function kept<T>(load: () => Promise<T>): () => Promise<T> {
  let loaded: Promise<T> | null = null;
  return () => {
    if (!loaded) {
      loaded = load();
      loaded.catch(() => (loaded = null));
    }
    return loaded;
  };
}
