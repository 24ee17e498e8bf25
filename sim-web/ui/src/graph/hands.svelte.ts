// What pointers and keys do in a graph: look at, select, open menus, follow arrows.
import { studio } from '../state/studio.svelte';
import { onNodeKey } from './keys';
import type { OpenMenu, Part } from './menu';
import { LongPress } from './press';
import type { Scene, Subject } from './scene.svelte';
import { words } from './words';

/** Of an open menu, with some room beside it. */
const MENU_WIDTH = 272;

export class Hands {
  menu = $state.raw<OpenMenu | null>(null);
  readonly press = new LongPress((x, y) => this.openAt(x, y));
  readonly #scene: Scene;
  readonly #region: () => HTMLElement | undefined;
  readonly #show: (index: number) => void;

  /** `show` brings a node into view. */
  constructor(scene: Scene, region: () => HTMLElement | undefined, show: (index: number) => void) {
    this.#scene = scene;
    this.#region = region;
    this.#show = show;
  }

  #within({ clientX, clientY }: { clientX: number; clientY: number }): { x: number; y: number } {
    const box = this.#region()?.getBoundingClientRect();
    return { x: clientX - (box?.left ?? 0), y: clientY - (box?.top ?? 0) };
  }

  #indexOf(target: EventTarget | null): number {
    const id = target instanceof Element ? target.closest<HTMLElement>('.svelte-flow__node')?.dataset['id'] : undefined;
    return id === undefined ? -1 : this.#scene.nodes.findIndex((node) => node.name === id);
  }

  // Pointers.

  readonly moved = (event: PointerEvent): void => {
    this.press.moved(event);
    if (event.pointerType === 'touch' || event.buttons !== 0) return;
    const { x, y } = this.#within(event);
    const node = this.#indexOf(event.target);
    this.#scene.nearNode = node;
    this.#scene.nearEdge = node < 0 && isPane(event.target) ? (this.#scene.edgeAt(x, y) ?? -1) : -1;
  };

  readonly left = (): void => {
    this.#scene.nearNode = this.#scene.nearEdge = -1;
  };

  /** The finger that opened a menu lifts: what lies under it by now was not meant. */
  readonly clickedAfterLongPress = (event: MouseEvent): void => {
    if (!this.press.wasLong) return;
    event.preventDefault();
    event.stopPropagation();
  };

  readonly clicked = (event: MouseEvent): void => {
    const scene = this.#scene;
    const node = this.#indexOf(event.target);
    if (node < 0 && !isPane(event.target)) return;
    const { x, y } = this.#within(event);
    if (node >= 0) {
      scene.selectNode(node);
      scene.instance = scene.instanceAt(node, x, y);
      return;
    }
    const edge = scene.edgeAt(x, y);
    if (edge === null) scene.select(null);
    else scene.selectEdge(edge);
  };

  readonly doubleClicked = (event: MouseEvent): void => {
    const node = this.#indexOf(event.target);
    if (node >= 0 && !studio.locked) this.#scene.renaming = this.#scene.name(node);
  };

  readonly contextMenu = (event: MouseEvent): void => {
    const node = this.#indexOf(event.target);
    if (node < 0 && !isPane(event.target)) return;
    event.preventDefault();
    const { x, y } = this.#within(event);
    if (!this.openAt(x, y) && node >= 0) this.openAtNode(node, 'all');
  };

  /** A line from one card was let go over another. */
  readonly connected = (event: MouseEvent | TouchEvent, from: string | undefined): void => {
    const scene = this.#scene;
    const at = 'changedTouches' in event ? event.changedTouches[0] : event;
    const start = scene.nodes.findIndex((node) => node.name === from);
    if (!at || start < 0) return;
    const { x, y } = this.#within(at);
    const end = scene.nodeAt(x, y);
    if (end !== null && end !== start) void scene.connect(start, end);
  };

  // Menus.

  /** A menu for what lies under a point of the region. */
  openAt(x: number, y: number): boolean {
    const scene = this.#scene;
    const node = scene.nodeAt(x, y);
    const edge = node === null ? scene.edgeAt(x, y) : null;
    if (node !== null) {
      scene.selectNode(node);
      scene.instance = scene.instanceAt(node, x, y);
      this.#open(scene.subjectOfNode(node, scene.instance), 'all', x, y);
    } else if (edge !== null) {
      scene.selectEdge(edge);
      this.#open(scene.subjectOfEdge(edge), 'all', x, y);
    }
    return node !== null || edge !== null;
  }

  #open(subject: Subject | null, part: Part, x: number, y: number): void {
    if (subject) this.menu = { subject, part, x, y };
  }

  /** Beside the card, so that what is broken stays in sight. */
  readonly openAtNode = (index: number, part: Part): void => {
    const scene = this.#scene;
    const box = scene.cardOnScreen(index);
    if (!box) return;
    const right = box.left + box.width + 8;
    const x = right + MENU_WIDTH <= scene.room.width ? right : Math.max(4, box.left - MENU_WIDTH);
    this.#open(scene.subjectOfNode(index, scene.selectedNode === index ? scene.instance : null), part, x, box.top);
  };

  readonly openAtSelection = (part: Part, x: number, y: number): void => {
    const scene = this.#scene;
    if (scene.selectedNode >= 0) this.openAtNode(scene.selectedNode, part);
    else this.#open(scene.subjectOfEdge(scene.selectedEdge), part, x, y);
  };

  readonly closeMenu = (): void => {
    const subject = this.menu?.subject;
    this.menu = null;
    // Back to where the menu was opened from.
    if (subject && 'node' in subject) this.focusNode(subject.node.name);
  };

  /** `F` anywhere on the page. */
  readonly faultsAsked = (): void => {
    const scene = this.#scene;
    if (studio.active !== scene.arm) return;
    const way = scene.ways[scene.selectedEdge];
    if (scene.selectedNode >= 0) this.openAtNode(scene.selectedNode, 'faults');
    else if (way) {
      const middle = Math.floor(way.xs.length / 2);
      const { x, y, zoom } = scene.view;
      this.openAtSelection('faults', (way.xs[middle] ?? 0) * zoom + x + 16, (way.ys[middle] ?? 0) * zoom + y + 16);
    } else studio.notices.say('info', words.selectFirst, { topic: 'graph' });
  };

  // Keys and focus.

  focusNode(name: string): void {
    const found = this.#region()?.querySelector<HTMLElement>(`.svelte-flow__node[data-id="${CSS.escape(name)}"]`);
    found?.focus({ preventScroll: true });
  }

  readonly keyed = (event: KeyboardEvent): void => {
    const index = this.#indexOf(event.target);
    const target = event.target as Element;
    if (event.defaultPrevented || index < 0 || target.closest('[role=menu], input, select, form')) return;
    const actions = {
      menu: this.openAtNode,
      focus: (next: number) => {
        this.focusNode(this.#scene.name(next));
        this.#show(next);
      },
    };
    if (onNodeKey(event, this.#scene, index, actions)) event.preventDefault();
  };

  /** The keys of an arrow that is selected: it has no element that could have the focus. */
  readonly keyedAnywhere = (event: KeyboardEvent): void => {
    const scene = this.#scene;
    const { target } = event;
    const edge = scene.edges[scene.selectedEdge];
    if (event.defaultPrevented || !edge || this.menu || !(target instanceof Element)) return;
    if (target !== document.body && !this.#region()?.contains(target)) return;
    if (event.key !== 'Delete' && event.key !== 'Backspace') return;
    event.preventDefault();
    void scene.disconnect(scene.name(edge.from), scene.name(edge.to));
    scene.select(null);
  };

  readonly focused = (event: FocusEvent): void => {
    const index = this.#indexOf(event.target);
    if (index < 0 || !(event.target as Element).matches(':focus-visible')) return;
    this.#scene.nearNode = index;
    this.#show(index);
  };
}

function isPane(target: EventTarget | null): boolean {
  return target instanceof Element && target.classList.contains('svelte-flow__pane');
}
