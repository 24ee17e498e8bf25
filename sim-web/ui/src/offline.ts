// The page works without a network after one visit: the service worker that the build makes keeps all of it.

/** Starts the service worker once the page has loaded, so that the two do not compete for the first frame. */
export function keepOffline(): void {
  // Browsers have none without HTTPS, but for pages of this machine itself.
  if (!import.meta.env.PROD || !isSecureContext || !('serviceWorker' in navigator)) return;
  const register = () => {
    // A page that cannot be kept works as long as there is a network.
    navigator.serviceWorker.register('./sw.js').catch((error: unknown) => console.info('not kept for offline use:', error));
  };
  if (document.readyState === 'complete') register();
  else addEventListener('load', register, { once: true });
}
