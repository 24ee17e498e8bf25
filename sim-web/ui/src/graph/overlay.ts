// The one canvas over the graph: everything that lives is drawn on it, at the rate of frames, and only where it is seen.
import type { FrameView, Rows } from '../engine/frame';
import type { Description, EdgeDescription } from '../engine/protocol';
import { HEIGHT, WIDTH } from './card';
import type { Columns } from './columns';
import { density, MOST_DOTS, Stream, type Feed } from './dots';
import type { Way } from './geometry';
import type { Pace } from './motion.svelte';
import { paintCard, WORDS, type CardLook } from './paint-card';
import { Ground } from './ground';
import { DotPainter, isBroken, paintBreak, paintEdge, paintLabel, type EdgeLook } from './paint-edges';
import { Pen } from './pen';
import type { Spot, View } from './plan';
import { Readings } from './readings';
import { Sight } from './sight';

/** What is looked at: by position, none is −1. */
export interface Attention {
  node: number;
  edge: number;
  /** Of the selected node. */
  instance: number | null;
  nearNode: number;
  nearEdge: number;
  /** Numbers on all arrows. */
  allLabels: boolean;
}

/** In ms. */
const STILL_EVERY = 1_000;
/** How far back the rates are drawn that stand in for a load, in rows. */
const HISTORY = 60;
/** More labels than this cover each other. */
const MOST_LABELS = 80;

export class Overlay {
  readonly #pen: Pen;
  readonly #dots: DotPainter;
  readonly #ground = new Ground();
  readonly #sight = new Sight();
  readonly #canvas: HTMLCanvasElement;
  #description: Description | null = null;
  #readings: Readings | null = null;
  #streams: { first: Stream; again: Stream }[] = [];
  #histories: (Float32Array | null)[] = [];
  #historyVersion = -1;
  #middles: readonly Spot[] = [];
  #ways: readonly Way[] = [];
  #drawnAt = 0;
  #isFilled = false;
  #filledAt = 0;
  readonly #feed: Feed = { rate: 0, failed: 0, latency: 0 };
  readonly #look: CardLook = { isSelected: false, instance: null, history: null };
  attention: Attention = { node: -1, edge: -1, instance: null, nearNode: -1, nearEdge: -1, allLabels: false };

  constructor(canvas: HTMLCanvasElement) {
    const context = canvas.getContext('2d');
    if (!context) throw new Error('this browser cannot draw on a canvas');
    this.#canvas = canvas;
    this.#pen = new Pen(context);
    this.#dots = new DotPainter(this.#pen, this.#sight);
  }

  get readings(): Readings | null {
    return this.#readings;
  }

  describe(description: Description): void {
    const isSame = sameShape(this.#description, description);
    this.#description = description;
    // Numbers of the same nodes and arrows go on; their capacity may have changed.
    this.#readings = new Readings(description);
    this.#historyVersion = -1;
    if (isSame) return;
    this.#streams = description.edges.map(() => ({ first: new Stream(), again: new Stream() }));
    this.#isFilled = false;
  }

  place(middles: readonly Spot[], ways: readonly Way[]): void {
    this.#middles = middles;
    this.#ways = ways;
  }

  look(view: View): void {
    // Dots are spaced in pixels of the screen: after a large step they stand too near or too far.
    const step = this.#sight.view.zoom / view.zoom;
    if (step > 1.5 || step < 0.66) this.#isFilled = false;
    this.#sight.look(view);
  }

  resize(width: number, height: number, scale: number): void {
    this.#sight.resize(width, height, scale);
    this.#sight.fit(this.#canvas);
  }

  refresh(): void {
    this.#pen.refresh();
  }

  /** Words are renewed with the next drawing. */
  retell(): void {
    this.#readings?.retell();
  }

  /** Fills all arrows afresh: after a jump in time. */
  refill(): void {
    this.#isFilled = false;
  }

  /** Draws everything. Dots run where they may; otherwise they stand, and are set anew once a second. */
  draw(frame: FrameView, rows: Rows, now: number, pace: Pace): void {
    const { context } = this.#pen;
    context.setTransform(1, 0, 0, 1, 0, 0);
    const description = this.#description;
    const readings = this.#readings;
    if (!description || !readings || this.#sight.width === 0) {
      context.clearRect(0, 0, this.#canvas.width, this.#canvas.height);
      return;
    }
    const columns = frame.isThere ? readings.read(frame, now, pace === 'hold') : null;
    if (columns) this.#readHistories(rows);
    this.#pen.begin(this.#sight.view.zoom);
    const seconds = Math.min(0.1, Math.max(0, (now - this.#drawnAt) / 1000));
    this.#drawnAt = now;
    if (pace === 'still' && now - this.#filledAt > STILL_EVERY) this.#isFilled = false;
    if (!this.#isFilled) this.#filledAt = now;
    if (frame.isThere) this.#move(pace === 'run' ? seconds : 0);
    this.#paintEdges(description, readings);
    this.#paintCards(readings, columns);
    this.#paintLabels(description);
  }

  /** Moves the dots of all arrows, or fills them where they are new. */
  #move(seconds: number): void {
    const readings = this.#readings;
    const { zoom } = this.#sight.view;
    if (!readings) return;
    let wanted = 0;
    this.#ways.forEach((way, index) => {
      const reading = readings.edges[index];
      if (!reading || !this.#sight.isWaySeen(way)) return;
      wanted += ((density(reading.rate - reading.retries) + density(reading.retries)) * way.length * zoom) / 100;
    });
    const share = wanted > MOST_DOTS ? MOST_DOTS / wanted : 1;
    const fillsAnew = !this.#isFilled;
    this.#isFilled = true;
    this.#ways.forEach((way, index) => {
      const reading = readings.edges[index];
      const streams = this.#streams[index];
      if (!reading || !streams) return;
      const isHeld = this.#isLookedAt(index);
      const { first, again } = streams;
      const feed = this.#feed;
      feed.latency = reading.latency;
      // What fails is told of the first attempts as far as they go; the rest of it failed again.
      feed.rate = Math.max(0, reading.rate - reading.retries);
      const share0 = reading.rate > 0 ? reading.failed / reading.rate : 0;
      feed.failed = share0 * feed.rate;
      this.#run(first, feed, way, fillsAnew, isHeld ? 0 : seconds, share);
      feed.rate = reading.retries;
      feed.failed = share0 * feed.rate;
      this.#run(again, feed, way, fillsAnew, isHeld ? 0 : seconds, share);
    });
  }

  #run(stream: Stream, feed: Feed, way: Way, fillsAnew: boolean, seconds: number, share: number): void {
    const { zoom } = this.#sight.view;
    if (fillsAnew) stream.fill(feed, way.length, zoom, share);
    else if (seconds > 0) stream.advance(feed, way.length, zoom, seconds, share);
  }

  /** What is looked at stands still, to be read. */
  #isLookedAt(index: number): boolean {
    const { nearEdge, nearNode } = this.attention;
    const edge = this.#description?.edges[index];
    return nearEdge === index || (nearNode >= 0 && (edge?.from === nearNode || edge?.to === nearNode));
  }

  /** The frame begins with them: what was drawn before goes away under their picture. */
  #paintEdges(description: Description, readings: Readings): void {
    const { context } = this.#pen;
    const { edges } = description;
    const special = this.#specialEdges(edges, readings);
    const apart = special.map((look) => look.index);
    const picture = this.#ground.picture(edges, this.#ways, apart, this.#sight, this.#pen.colour);
    context.globalCompositeOperation = 'copy';
    context.drawImage(picture, 0, 0);
    context.globalCompositeOperation = 'source-over';
    this.#sight.enter(context);
    for (const look of special) paintEdge(this.#pen, look);
    this.#dots.begin();
    this.#ways.forEach((way, index) => {
      const streams = this.#streams[index];
      if (streams && this.#sight.isWaySeen(way)) this.#dots.add(way, streams.first, streams.again);
    });
    this.#dots.finish();
    for (const look of special) paintBreak(this.#pen, look);
  }

  /** Arrows on the screen that are looked at or broken: they are drawn one by one, above the others. */
  #specialEdges(edges: readonly EdgeDescription[], readings: Readings): (EdgeLook & { index: number })[] {
    const special: (EdgeLook & { index: number })[] = [];
    edges.forEach((edge, index) => {
      const [way, reading] = [this.#ways[index], readings.edges[index]];
      if (!way || !reading) return;
      const isSelected = this.attention.edge === index;
      const isNear = this.#isLookedAt(index);
      if (!(isSelected || isNear || isBroken(reading)) || !this.#sight.isWaySeen(way)) return;
      special.push({ index, edge, way, reading, isSelected, isNear });
    });
    return special;
  }

  #paintCards(readings: Readings, columns: Columns | null): void {
    const { context } = this.#pen;
    this.#middles.forEach((spot, index) => {
      const reading = readings.nodes[index];
      const left = spot.x - WIDTH / 2;
      const top = spot.y - HEIGHT / 2;
      if (!reading || !this.#sight.isSeen(left - 8, top - 8, left + WIDTH + 8, top + HEIGHT + 8)) return;
      this.#sight.enter(context, left, top);
      this.#look.isSelected = this.attention.node === index;
      this.#look.instance = this.#look.isSelected ? this.attention.instance : null;
      this.#look.history = this.#histories[index] ?? null;
      if (this.#pen.zoom >= WORDS) readings.words(reading);
      paintCard(this.#pen, columns, reading, this.#look);
    });
    this.#sight.enter(context);
    context.lineWidth = 1;
  }

  #paintLabels(description: Description): void {
    const { allLabels, edge } = this.attention;
    let count = 0;
    description.edges.forEach((_, index) => {
      const way = this.#ways[index];
      const reading = this.#readings?.edges[index];
      if (!way || !reading || !(allLabels || index === edge || this.#isLookedAt(index))) return;
      if (count >= MOST_LABELS || !this.#sight.isWaySeen(way) ) return;
      count += 1;
      paintLabel(this.#pen, way, this.#readings?.edgeWords(reading) ?? '');
    });
  }

  #readHistories(rows: Rows): void {
    if (rows.version === this.#historyVersion) return;
    this.#historyVersion = rows.version;
    const from = rows.count - HISTORY;
    const readings = this.#readings;
    this.#histories = (readings?.nodes ?? []).map((reading, index) => {
      if (!readings?.hasNoLoad(reading)) return null;
      const history = this.#histories[index] ?? new Float32Array(HISTORY);
      for (let at = 0; at < HISTORY; at += 1) history[at] = rows.value(from + at, 'nodes', index, 'rate');
      return history;
    });
  }
}

function sameShape(one: Description | null, other: Description): boolean {
  if (one?.edges.length !== other.edges.length) return false;
  return one.edges.every((edge, index) => edge.from === other.edges[index]?.from && edge.to === other.edges[index]?.to);
}
