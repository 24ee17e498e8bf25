// Keys of the page as a whole. By their place on the keyboard, so that they are where they are on every layout.
import { studio } from '../state/studio.svelte';
import { view } from './view.svelte';

/** Where keys belong to what has the focus. */
const TYPING = 'input, textarea, select, [contenteditable="true"], [contenteditable=""]';
const OWN_ARROWS = `${TYPING}, [role=slider], [role=menu], [role=menuitem], [role=listbox], [role=option], [role=grid], [role=tab], [role=tree]`;
const OWN_SPACE = `${OWN_ARROWS}, button, a[href], summary, label, [role=button], [role=switch], [role=checkbox]`;

export function onKeyDown(event: KeyboardEvent): void {
  const target = event.target instanceof Element ? event.target : document.body;
  if (event.defaultPrevented || event.isComposing || event.altKey) return;
  if (event.key === 'Escape') {
    closeTopmost();
    return;
  }
  if (document.querySelector('dialog[open]') || target.closest(TYPING)) return;
  const isHandled = event.ctrlKey || event.metaKey ? onCommand(event) : onKey(event, target);
  if (isHandled) event.preventDefault();
}

function onCommand(event: KeyboardEvent): boolean {
  if (event.code !== 'KeyZ' && event.code !== 'KeyY') return false;
  if (event.code === 'KeyY' || event.shiftKey) studio.redo();
  else studio.undo();
  return true;
}

function onKey(event: KeyboardEvent, target: Element): boolean {
  // By the letter: where it is differs from layout to layout.
  if (event.key === '?') {
    view.dialog = 'help';
    return true;
  }
  switch (event.code) {
    case 'Space':
      if (target.closest(OWN_SPACE)) return false;
      void studio.toggle();
      return true;
    case 'ArrowRight':
      if (target.closest(OWN_ARROWS)) return false;
      void studio.step(event.shiftKey ? { seconds: 1 } : { events: 1 });
      return true;
    case 'ArrowLeft':
      if (target.closest(OWN_ARROWS)) return false;
      void studio.pause();
      void studio.seek(studio.changeTime - 1);
      return true;
    case 'BracketLeft':
      studio.shiftSpeed(-1);
      return true;
    case 'BracketRight':
      studio.shiftSpeed(1);
      return true;
    case 'KeyT':
      view.editor = !view.editor;
      return true;
    case 'KeyF':
      dispatchEvent(new CustomEvent('escala:faults'));
      return true;
    default:
      return false;
  }
}

/** Dialogs close by themselves; below them the text and the selection are left to close. */
function closeTopmost(): void {
  if (document.querySelector('dialog[open], [popover]:popover-open')) return;
  if (view.editor) view.editor = false;
  else if (studio.selection) studio.selection = null;
}
