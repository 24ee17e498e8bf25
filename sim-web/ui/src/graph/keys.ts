// Keys on a node that has the focus.
import type { Part } from './menu';
import type { Scene } from './scene.svelte';

export interface KeyActions {
  /** Opens the menu at a node. */
  menu: (index: number, part: Part) => void;
  focus: (index: number) => void;
}

/** How far an arrow key with Alt moves a card, in px. */
const STEP = 16;

/** Whether the key was meant for the node. */
export function onNodeKey(event: KeyboardEvent, scene: Scene, index: number, actions: KeyActions): boolean {
  if (event.ctrlKey || event.metaKey) return false;
  const isSelected = scene.selectedNode === index;
  switch (event.key) {
    case 'Enter':
      if (isSelected) actions.menu(index, 'all');
      else scene.selectNode(index);
      return true;
    case 'ArrowLeft':
    case 'ArrowRight':
    case 'ArrowUp':
    case 'ArrowDown':
      if (event.altKey) nudge(scene, index, event.key);
      else follow(scene, index, event.key, actions);
      return true;
    case 'F2':
      scene.selectNode(index);
      scene.renaming = scene.name(index);
      return true;
    case 'Delete':
    case 'Backspace':
      void scene.remove(scene.name(index));
      return true;
    default:
      return onLetter(event, scene, index, actions);
  }
}

function onLetter(event: KeyboardEvent, scene: Scene, index: number, actions: KeyActions): boolean {
  if (event.altKey || event.shiftKey) return false;
  if (event.code !== 'KeyC' && event.code !== 'KeyF') return false;
  scene.selectNode(index);
  actions.menu(index, event.code === 'KeyC' ? 'connect' : 'faults');
  return true;
}

type Arrow = 'ArrowLeft' | 'ArrowRight' | 'ArrowUp' | 'ArrowDown';

function follow(scene: Scene, index: number, key: Arrow, actions: KeyActions): void {
  const next = scene.neighbour(index, key);
  if (next === null) return;
  scene.selectNode(next);
  actions.focus(next);
}

function nudge(scene: Scene, index: number, key: Arrow): void {
  const spot = scene.middles[index];
  if (!spot) return;
  const dx = key === 'ArrowLeft' ? -STEP : key === 'ArrowRight' ? STEP : 0;
  const dy = key === 'ArrowUp' ? -STEP : key === 'ArrowDown' ? STEP : 0;
  void scene.placeNode(index, { x: spot.x + dx, y: spot.y + dy });
}
