// Where the page starts: with the engine, which is fetched and compiled while the rest of the page is.
import { begin } from './engine/ahead';

begin('live');
// A text that somebody brings along has to be read before it runs.
if (location.hash.length > 1) begin('tools');

// As it is built the page has a script of its own, which has run by then.
const load = () => void import('./page');
if (document.readyState === 'loading') addEventListener('DOMContentLoaded', load, { once: true });
else load();
