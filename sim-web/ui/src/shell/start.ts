// What the page opens with: a shared link, the work from before, or the three tiers; and keeping the work.
import { OPENING as threeTier } from '../engine/opening';
import { firstFrame } from '../state/first-frame';
import { keep, kept } from '../state/keep';
import { fromHash, isShared, type Shared } from '../state/share';
import { studio } from '../state/studio.svelte';
import { words } from '../state/words';
import { view } from './view.svelte';

/** Between two times of keeping the work, in ms. */
const KEEP_EVERY = 1_000;
/** What the page opens with where there is nothing else. */
export const OPENING = 'three-tier';
/** In the address: a file beside the page that is to be opened, as `escala serve FILE` has one. */
const OPEN = '#open=';

export async function start(): Promise<void> {
  if (isShared(location.hash)) await openLink(location.hash);
  else if (location.hash.startsWith(OPEN)) await openBeside(decodeURIComponent(location.hash.slice(OPEN.length)));
  else await openOwn();
  // Nothing on the first frame needs the catalogue, nor what reads texts.
  await firstFrame;
  await studio.loadCatalogue();
  await studio.engine.warm(studio.text);
}

/** The page as it is: what a link holds, and what is kept. */
export function currentWork(): Shared {
  const [a, b] = studio.arms;
  const { selection, speed } = studio;
  const work: Shared = { text: a.text, at: studio.changeTime, speed: speed === Infinity ? 'max' : speed };
  if (studio.name) work.name = studio.name;
  if (b.isOpen) work.b = b.text;
  if (selection && 'node' in selection) work.selected = selection.node;
  if (view.table) work.table = true;
  return work;
}

/** Keeps the work while it changes and when the page is left, and follows links that are put into the address. */
export function startKeeping(): () => void {
  let last = '';
  let isTold = false;
  const save = () => {
    // A view of somebody else's scenario does not take the place of one's own.
    if (studio.locked || studio.arms[0].text === '') return;
    const work = currentWork();
    const state = JSON.stringify(work);
    if (state === last) return;
    last = state;
    if (keep(work) !== 'tooLarge' || isTold) return;
    isTold = true;
    studio.notices.say('warning', words.tooLarge(`${Math.ceil(work.text.length / 1024)} kB`));
  };
  const follow = () => {
    if (isShared(location.hash)) void openLink(location.hash);
  };
  const timer = setInterval(save, KEEP_EVERY);
  addEventListener('pagehide', save);
  addEventListener('hashchange', follow);
  return () => {
    clearInterval(timer);
    removeEventListener('pagehide', save);
    removeEventListener('hashchange', follow);
  };
}

async function openLink(hash: string): Promise<void> {
  const reading = await fromHash(hash);
  if (reading.ok) {
    await openWork(reading.shared, true);
    return;
  }
  if (reading.text === null) {
    studio.notices.say('error', `${reading.why} ${words.linkNothing}`);
    if (studio.arms[0].text === '') await openOwn();
    return;
  }
  studio.notices.say('error', `${reading.why} ${words.linkPart}`);
  view.editor = true;
  await studio.open(reading.text);
}

async function openBeside(file: string): Promise<void> {
  // Work on it survives a reload; whoever wants the file again asks for it again.
  history.replaceState(null, '', location.pathname + location.search);
  const url = new URL(file, document.baseURI);
  try {
    if (url.origin !== location.origin) throw new Error(url.origin);
    const response = await fetch(url, { cache: 'no-store' });
    if (!response.ok) throw new Error((await response.text()) || response.statusText);
    await studio.open(await response.text(), { name: file });
  } catch (error) {
    studio.notices.say('error', words.notOpened(file, error instanceof Error ? error.message : String(error)));
    await openOwn();
  }
}

async function openOwn(): Promise<void> {
  const work = kept();
  if (work) {
    await openWork(work, false);
    return;
  }
  view.hint = true;
  await studio.open(threeTier, { name: OPENING });
}

async function openWork(work: Shared, locked: boolean): Promise<void> {
  const { text, name = '', b, at = 0, speed = 1, selected, table = false } = work;
  studio.speed = speed === 'max' ? Infinity : speed;
  await studio.open(text, { name, at, locked });
  if (b !== undefined) {
    await studio.openB(b);
    studio.activate(0);
    view.compare = true;
  }
  view.table = table;
  if (selected !== undefined) studio.selection = { node: selected };
}
