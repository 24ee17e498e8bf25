// One graph on the page: what it shows, where that stands, what is looked at. Components of the graph share it.
import { getContext, setContext } from 'svelte';
import type { Description, EdgeDescription, Edit, NodeDescription } from '../engine/protocol';
import { numbers } from '../language';
import { studio, type ArmIndex, type Selection } from '../state/studio.svelte';
import { cellAt, HEIGHT, WIDTH } from './card';
import { cardAt, wayAt, ways, type Way } from './geometry';
import { freshName } from './names';
import type { Overlay } from './overlay';
import { bestDirection, boundsOf, fitted, neighbour, requestOrder, spots, toScreen, toText } from './plan';
import type { Direction, Room, Spot, View } from './plan';
import { summaries } from './summary';
import { words } from './words';

/** What a menu is about. */
export type Subject =
  | { node: NodeDescription; instance: number | null }
  | { edge: EdgeDescription; from: string; to: string };

/** How near a pointer has to be to an arrow, in pixels of the screen. */
const REACH = 12;

export class Scene {
  readonly arm: ArmIndex;
  overlay: Overlay | null = null;

  /** The middles of all cards on the screen's side of things, and the ways between them. */
  middles = $state.raw<Spot[]>([]);
  ways = $state.raw<Way[]>([]);
  direction = $state<Direction>('right');
  view = $state.raw<View>({ x: 0, y: 0, zoom: 1 });
  room = $state.raw<Room>({ width: 0, height: 0, left: 0, top: 0, right: 0, bottom: 0 });
  nearNode = $state(-1);
  nearEdge = $state(-1);
  #pointed = $state.raw<{ node: string; instance: number } | null>(null);
  allLabels = $state(false);
  summaries = $state.raw<string[]>([]);
  /** The node whose name is being changed. */
  renaming = $state<string | null>(null);
  /** Nodes that are not yet where they were dropped: the text has not come back. */
  dropped: Map<string, Spot> = new Map();

  constructor(arm: ArmIndex) {
    this.arm = arm;
  }

  get description(): Description | null {
    return studio.arms[this.arm].description;
  }

  get nodes(): NodeDescription[] {
    return this.description?.nodes ?? [];
  }

  get edges(): EdgeDescription[] {
    return this.description?.edges ?? [];
  }

  /** The selection, as far as it is in this arm. */
  get selectedNode(): number {
    const { selection } = studio;
    if (studio.active !== this.arm || !selection || !('node' in selection)) return -1;
    return this.nodes.findIndex((node) => node.name === selection.node);
  }

  /** The instance that was pointed at in the selected node, by its number there. */
  get instance(): number | null {
    return this.#pointed !== null && this.#pointed.node === this.name(this.selectedNode) ? this.#pointed.instance : null;
  }

  set instance(instance: number | null) {
    this.#pointed = instance === null ? null : { node: this.name(this.selectedNode), instance };
  }

  get selectedEdge(): number {
    const { selection } = studio;
    if (studio.active !== this.arm || !selection || !('edge' in selection)) return -1;
    const { from, to } = selection.edge;
    return this.edges.findIndex((edge) => this.name(edge.from) === from && this.name(edge.to) === to);
  }

  name(index: number): string {
    return this.nodes[index]?.name ?? '';
  }

  labelId(index: number): string {
    return `graph-${this.arm}-node-${index}`;
  }

  order(): number[] {
    return requestOrder(this.nodes, this.edges);
  }

  // Where things stand.

  /** Takes positions from the description and from before; chooses the direction by the room there is. */
  lay(): void {
    if (isFresh()) remembered.clear();
    const nodes = this.nodes.map((node) => {
      const spot = this.dropped.get(node.name) ?? (node.isPlaced ? undefined : remembered.get(node.name));
      return spot ? { ...node, ...spot, isPlaced: true } : node;
    });
    const inText = spots(nodes, this.edges);
    nodes.forEach((node, index) => remembered.set(node.name, inText[index] ?? { x: 0, y: 0 }));
    if (this.room.width > 0) this.direction = bestDirection(inText, this.room);
    this.move(inText.map((spot) => toScreen(spot, this.direction)));
  }

  /** While a card is dragged: new middles, and the ways that follow from them. */
  move(middles: Spot[]): void {
    this.middles = middles;
    this.ways = ways(this.edges, middles, this.direction);
  }

  fit(): View {
    return fitted(boundsOf(this.middles), this.room);
  }

  /** Whether all cards are on the screen. */
  get isAllSeen(): boolean {
    const { width, height } = this.room;
    const { x, y, zoom } = this.view;
    return this.middles.every((spot) => {
      const left = (spot.x - WIDTH / 2) * zoom + x;
      const top = (spot.y - HEIGHT / 2) * zoom + y;
      return left >= -4 && top >= -4 && left + WIDTH * zoom <= width + 4 && top + HEIGHT * zoom <= height + 4;
    });
  }

  /** From pixels of the region to those of the graph. */
  toGraph(x: number, y: number): Spot {
    return { x: (x - this.view.x) / this.view.zoom, y: (y - this.view.y) / this.view.zoom };
  }

  /** The corner of a card and its size on the screen, in pixels of the region. */
  cardOnScreen(index: number): { left: number; top: number; width: number; height: number } | null {
    const spot = this.middles[index];
    if (!spot) return null;
    const { x, y, zoom } = this.view;
    return {
      left: (spot.x - WIDTH / 2) * zoom + x,
      top: (spot.y - HEIGHT / 2) * zoom + y,
      width: WIDTH * zoom,
      height: HEIGHT * zoom,
    };
  }

  nodeAt(x: number, y: number): number | null {
    const { x: graphX, y: graphY } = this.toGraph(x, y);
    return cardAt(this.middles, graphX, graphY);
  }

  edgeAt(x: number, y: number): number | null {
    const { x: graphX, y: graphY } = this.toGraph(x, y);
    return wayAt(this.ways, graphX, graphY, REACH / this.view.zoom);
  }

  /** The instance whose cell lies under a point: its number within the node. */
  instanceAt(index: number, x: number, y: number): number | null {
    const reading = this.overlay?.readings?.nodes[index];
    const spot = this.middles[index];
    if (!reading || !spot || reading.grid.count < 2) return null;
    const { x: graphX, y: graphY } = this.toGraph(x, y);
    const position = cellAt(reading.grid, graphX - spot.x + WIDTH / 2, graphY - spot.y + HEIGHT / 2);
    const instance = reading.shown[position];
    return position < 0 || instance === undefined ? null : instance - reading.node.firstInstance;
  }

  // Selecting.

  select(selection: Selection): void {
    if (studio.active !== this.arm) studio.activate(this.arm);
    this.instance = null;
    studio.selection = selection;
  }

  selectNode(index: number): void {
    this.select({ node: this.name(index) });
  }

  selectEdge(index: number): void {
    const edge = this.edges[index];
    if (edge) this.select({ edge: { from: this.name(edge.from), to: this.name(edge.to) } });
  }

  neighbour(index: number, key: 'ArrowLeft' | 'ArrowRight' | 'ArrowUp' | 'ArrowDown'): number | null {
    return neighbour(this.middles, this.edges, index, key);
  }

  subjectOfNode(index: number, instance: number | null = null): Subject | null {
    const node = this.nodes[index];
    return node ? { node, instance } : null;
  }

  subjectOfEdge(index: number): Subject | null {
    const edge = this.edges[index];
    return edge ? { edge, from: this.name(edge.from), to: this.name(edge.to) } : null;
  }

  // Changing: each is an edit of the text.

  edit(edits: Edit[], label: string) {
    return studio.edit(edits, label, { arm: this.arm });
  }

  /** A new node of a kind; `at` is its middle in pixels of the graph. */
  async add(variant: string, word: string, at: Spot): Promise<void> {
    const name = freshName(word, this.nodes.map((node) => node.name));
    const { x, y } = rounded(toText(at, this.direction));
    const outcome = await this.edit([{ do: 'addNode', name, kind: variant, x, y }], words.added(name));
    if (outcome.ok) this.select({ node: name });
  }

  /** Near the middle of what is seen, where no other card is. */
  freeSpot(): Spot {
    const { width, height } = this.room;
    const middle = this.toGraph(width / 2, height / 2);
    for (let ring = 0; ring < 40; ring += 1) {
      // Outwards in a spiral of golden angles, which leaves no side out.
      const angle = ring * 2.4;
      const spot = { x: middle.x + Math.cos(angle) * ring * 44, y: middle.y + Math.sin(angle) * ring * 32 };
      const isFree = this.middles.every(
        (other) => Math.abs(other.x - spot.x) > WIDTH + 16 || Math.abs(other.y - spot.y) > HEIGHT + 16,
      );
      if (isFree) return spot;
    }
    return middle;
  }

  async placeNode(index: number, at: Spot): Promise<void> {
    const name = this.name(index);
    const { x, y } = rounded(toText(at, this.direction));
    this.dropped.set(name, { x, y });
    await this.edit([{ do: 'place', name, x, y }], words.placed(name));
    this.dropped.delete(name);
  }

  connect(from: number, to: number) {
    const [caller, callee] = [this.name(from), this.name(to)];
    return this.edit([{ do: 'connect', from: caller, to: callee }], words.connected(caller, callee));
  }

  disconnect(from: string, to: string) {
    return this.edit([{ do: 'disconnect', from, to }], words.disconnected(from, to));
  }

  async remove(name: string): Promise<void> {
    const outcome = await this.edit([{ do: 'removeNode', name }], words.removed(name));
    if (outcome.ok) this.select(null);
  }

  async rename(name: string, to: string): Promise<void> {
    const spot = remembered.get(name);
    if (spot) remembered.set(to, spot);
    const outcome = await this.edit([{ do: 'renameNode', name, to }], words.renamed(name, to));
    if (outcome.ok) this.select({ node: to });
  }

  /** Forgets where nodes were placed, and where they stood. */
  async tidy(): Promise<void> {
    remembered.clear();
    if (this.nodes.some((node) => node.isPlaced)) await this.edit([{ do: 'remove', path: 'layout' }], words.tidied);
  }

  /** Renews what is read out. */
  tell(): void {
    const { description } = this;
    if (description) this.summaries = summaries(description, studio.arms[this.arm].frame);
  }

  /** The time that a fault struck now would get. */
  get clock(): string {
    return numbers.clock(studio.now);
  }
}

/**
 * Where nodes that nobody placed stood last, in both arms: the engine lays them out anew whenever a node or a call comes or goes,
 * and what one is looking at must not jump for that.
 */
const remembered = new Map<string, Spot>();

/** Whether a scenario was just opened: nothing of it was changed yet. */
export function isFresh(): boolean {
  return studio.history.entries.length === 1;
}

function rounded({ x, y }: Spot): Spot {
  return { x: Math.round(x), y: Math.round(y) };
}

const KEY = Symbol('scene');

export function provideScene(scene: Scene): Scene {
  return setContext(KEY, scene);
}

export function useScene(): Scene {
  return getContext<Scene>(KEY);
}
