// A card as an instrument: name, waiting requests, instances, numbers; fewer of them the smaller it is on the screen.
import { useStep } from '../style/colours';
import { CARD, HEIGHT, INNER, MOST_WAITING_DRAWN, waitingDrawn, WIDTH } from './card';
import type { Columns } from './columns';
import { glyphPath } from './glyphs';
import { paintCells } from './paint-cells';
import { NORMAL, SMALL, type Pen } from './pen';
import type { NodeReading } from './readings';
import { Trouble } from './trouble';
import { words } from './words';

/** Below the first of these zooms a card has no small print, below the second no numbers, below the third no words. */
const NEAR = 0.56;
export const WORDS = 0.42;
const FAR = 0.2;

const ROUND = 4;

export interface CardLook {
  isSelected: boolean;
  /** The one that is pointed at, by its number in the node. */
  instance: number | null;
  /** The rates of the last while, where there is nothing else to show. */
  history: Float32Array | null;
}

/** Draws a card with its corner at the origin. */
export function paintCard(pen: Pen, columns: Columns | null, reading: NodeReading, look: CardLook): void {
  paintBody(pen, reading.trouble);
  if (pen.zoom < NEAR) paintFar(pen, reading);
  else {
    paintHead(pen, reading);
    if (reading.node.client !== null) paintClient(pen, reading);
    else paintServer(pen, columns, reading, look);
  }
  paintBorder(pen, reading.trouble, look.isSelected);
}

function paintBody({ context, colour, zoom }: Pen, trouble: Trouble): void {
  context.fillStyle = trouble >= Trouble.Overloaded ? (colour['error-wash'] ?? '') : colour.paper;
  if (zoom < FAR) {
    // Nobody sees round corners there, and hundreds of them take time.
    context.fillRect(0, 0, WIDTH, HEIGHT);
    return;
  }
  context.beginPath();
  context.roundRect(0, 0, WIDTH, HEIGHT, ROUND);
  context.fill();
}

/** On the screen a border is never thinner than this, however far away. */
function paintBorder(pen: Pen, trouble: Trouble, isSelected: boolean): void {
  const { context, colour, zoom } = pen;
  const isBad = trouble >= Trouble.Failing;
  const isStrained = trouble === Trouble.Strained;
  const thick = Math.max(isBad ? 3 : isStrained ? 2 : 1, (isBad ? 2 : 1) / zoom);
  context.strokeStyle = isBad ? colour.error : isStrained ? colour.warning : colour.axis;
  context.lineWidth = thick;
  if (zoom < FAR) context.strokeRect(thick / 2, thick / 2, WIDTH - thick, HEIGHT - thick);
  else {
    context.beginPath();
    context.roundRect(thick / 2, thick / 2, WIDTH - thick, HEIGHT - thick, ROUND);
    context.stroke();
  }
  if (!isSelected) return;
  const away = 3 + 1 / zoom;
  context.strokeStyle = colour.accent;
  context.lineWidth = Math.max(2, 2 / zoom);
  context.beginPath();
  context.roundRect(-away, -away, WIDTH + 2 * away, HEIGHT + 2 * away, ROUND + away);
  context.stroke();
}

export function troubleWord(trouble: Trouble): string {
  switch (trouble) {
    case Trouble.None:
      return '';
    case Trouble.Strained:
      return words.strained;
    case Trouble.Failing:
      return words.failing;
    case Trouble.Overloaded:
      return words.overloaded;
    case Trouble.Hanging:
      return words.hanging;
    case Trouble.Down:
      return words.isDown;
  }
}

/** A triangle for too much, a cross for what fails, two bars for what stands still. */
function troubleSign(trouble: Trouble): string {
  if (trouble === Trouble.Hanging) return '❚❚';
  return trouble === Trouble.Failing || trouble === Trouble.Down ? '✕' : '▲';
}

function paintHead(pen: Pen, reading: NodeReading): void {
  const { context, colour } = pen;
  const { trouble, node } = reading;
  const isBad = trouble >= Trouble.Failing;
  if (isBad) {
    context.fillStyle = pen.hatch(colour.error);
    context.beginPath();
    context.roundRect(0, 0, WIDTH, CARD.head.height, [ROUND, ROUND, 0, 0]);
    context.fill();
  }
  let room = INNER - 22;
  if (trouble !== Trouble.None) {
    pen.font(SMALL, 600);
    const told = `${troubleSign(trouble)} ${troubleWord(trouble)}`;
    const width = pen.width(told);
    if (isBad) plate(pen, WIDTH - CARD.side - width - 3, width + 6);
    const ink = isBad ? colour['error-text'] : colour['warning-text'];
    pen.text(told, WIDTH - CARD.side, 18, ink ?? '', 'right');
    room -= width + 10;
  }
  pen.font(NORMAL, 600);
  const name = pen.cut(node.name, room);
  if (isBad) plate(pen, CARD.side - 3, 22 + pen.width(name) + 6);
  paintGlyph(pen, node.kind, CARD.side, 6, 16);
  pen.text(name, CARD.side + 22, 19, colour.ink);
}

/** Quiet ground for words on stripes. */
function plate({ context, colour }: Pen, x: number, width: number): void {
  context.fillStyle = colour.paper;
  context.fillRect(x, 4, width, CARD.head.height - 8);
}

function paintGlyph({ context, colour }: Pen, kind: string, x: number, y: number, size: number, ink = colour.faint): void {
  context.save();
  context.translate(x, y);
  context.scale(size / 16, size / 16);
  context.strokeStyle = ink;
  context.lineWidth = 1.4;
  context.lineJoin = 'round';
  context.lineCap = 'round';
  context.stroke(glyphPath(kind));
  context.restore();
}

function paintServer(pen: Pen, columns: Columns | null, reading: NodeReading, look: CardLook): void {
  paintQueue(pen, reading);
  if (reading.holds && reading.grid.count <= 1) paintHits(pen, reading);
  else if (columns && (Number.isFinite(reading.utilization) || reading.grid.count > 1)) paintCells(pen, columns, reading, look.instance);
  else if (look.history) paintHistory(pen, look.history);
  const { colour } = pen;
  const { text } = reading;
  pen.font(SMALL, 600);
  pen.text(text.rate, CARD.side, CARD.numbers, colour.ink);
  pen.text(text.p99, LATENCY_ENDS, CARD.numbers, colour.ink, 'right');
  const right = reading.holds && reading.grid.count > 1 ? text.hit : text.use;
  pen.text(right, WIDTH - CARD.side, CARD.numbers, colour.ink, 'right');
  pen.font(SMALL);
  pen.text('p99', LATENCY_ENDS - latencyRoom(pen), CARD.numbers, colour.faint, 'right');
}

const LATENCY_ENDS = 147;

/** Where the word before a latency ends: fixed, so that it does not move with each digit. */
function latencyRoom(pen: Pen): number {
  pen.font(SMALL, 600);
  const room = pen.width('88.8\u00a0ms') + 4;
  pen.font(SMALL);
  return room;
}

/** Requests that wait, in a row that points at what they wait for; and how many. */
function paintQueue(pen: Pen, reading: NodeReading): void {
  const { context, colour } = pen;
  const { top, height } = CARD.queue;
  const count = waitingDrawn(reading.waiting);
  const full = reading.trouble === Trouble.Overloaded;
  context.fillStyle = colour.grid;
  context.fillRect(CARD.side, top + height - 1, 132, 1);
  context.fillStyle = full ? colour.error : colour.ink;
  for (let index = 0; index < count; index += 1) context.fillRect(CARD.side + index * 9, top + 1, 6, height - 3);
  pen.font(SMALL, reading.waiting > 0 ? 600 : 400);
  const ink = reading.waiting > 0 ? colour.ink : colour.faint;
  pen.text(pen.cut(reading.text.waiting, 52), WIDTH - CARD.side, top + 10, ink, 'right');
  if (reading.grid.isStrip && reading.down + reading.booting > 0) paintCounts(pen, reading);
}

/** Among very many instances a few are not seen: they are counted. */
function paintCounts(pen: Pen, { down, booting }: NodeReading): void {
  const parts = [down > 0 ? `✕ ${down}` : '', booting > 0 ? `▲ ${booting}` : ''];
  const told = parts.join(' ').trim();
  pen.font(SMALL, 600);
  const width = pen.width(told) + 6;
  pen.context.fillStyle = pen.colour.paper;
  pen.context.fillRect(137 - width, CARD.queue.top - 2, width, CARD.queue.height + 1);
  pen.text(told, 134, CARD.queue.top + 10, pen.colour['error-text'] ?? '', 'right');
}

function paintHits(pen: Pen, reading: NodeReading): void {
  const { context, colour } = pen;
  const { top } = CARD.cells;
  const ratio = Number.isFinite(reading.hitRatio) ? Math.max(0, Math.min(1, reading.hitRatio)) : 0;
  context.fillStyle = colour.raised;
  context.fillRect(CARD.side, top, INNER, 14);
  context.fillStyle = pen.hatch(colour.beside, 6, 1.2);
  context.fillRect(CARD.side + INNER * ratio, top, INNER * (1 - ratio), 14);
  context.fillStyle = colour['use-6'] ?? '';
  context.fillRect(CARD.side, top, INNER * ratio, 14);
  context.strokeStyle = colour.axis;
  context.lineWidth = 1;
  context.strokeRect(CARD.side + 0.5, top + 0.5, INNER - 1, 13);
  pen.font(SMALL);
  pen.text(words.hits, CARD.side, top + 28, colour.faint);
  pen.font(SMALL, 600);
  pen.text(reading.text.hit, WIDTH - CARD.side, top + 28, colour.ink, 'right');
}

/** The rate over the last while, for nodes that have no load of their own. */
function paintHistory({ context, colour }: Pen, history: Float32Array): void {
  const { top, height } = CARD.cells;
  let most = 0;
  for (const value of history) if (value > most) most = value;
  context.strokeStyle = colour.grid;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(CARD.side, top + height - 0.5);
  context.lineTo(CARD.side + INNER, top + height - 0.5);
  context.stroke();
  if (most <= 0) return;
  context.strokeStyle = colour['use-6'] ?? '';
  context.lineWidth = 1.5;
  context.beginPath();
  let isDown = false;
  history.forEach((value, index) => {
    if (Number.isNaN(value)) return;
    const x = CARD.side + (INNER * index) / (history.length - 1);
    const y = top + height - 2 - ((height - 4) * value) / most;
    if (isDown) context.lineTo(x, y);
    else context.moveTo(x, y);
    isDown = true;
  });
  context.stroke();
}

/** What clients ask for, what they get, and what fails. */
function paintClient(pen: Pen, reading: NodeReading): void {
  const { context, colour } = pen;
  const { text } = reading;
  const { top, height } = CARD.queue;
  const whole = Math.max(reading.offered || 0, (reading.completed || 0) + (reading.failed || 0));
  const part = (value: number) => (whole > 0 ? (INNER * Math.max(0, value || 0)) / whole : 0);
  const good = part(reading.completed);
  const bad = part(reading.failed);
  context.fillStyle = colour.raised;
  context.fillRect(CARD.side, top, INNER, height);
  context.fillStyle = colour['use-6'] ?? '';
  context.fillRect(CARD.side, top, good, height);
  context.fillStyle = pen.hatch(colour.error, 6, 3);
  context.fillRect(CARD.side + good, top, bad, height);
  context.strokeStyle = colour.axis;
  context.lineWidth = 1;
  context.strokeRect(CARD.side + 0.5, top + 0.5, INNER - 1, height - 1);
  // Attempts again, beyond what is asked for.
  context.fillStyle = colour.warning;
  context.fillRect(CARD.side, top + height + 2, Math.min(INNER, part(reading.retries)), 3);
  const columns = [
    [words.offered, text.offered],
    [words.goodput, text.goodput],
    [words.errors, text.errors],
  ] as const;
  pen.font(SMALL);
  columns.forEach(([word], index) => pen.text(word, CARD.side + index * 66, 68, colour.faint));
  pen.font(SMALL, 600);
  columns.forEach(([, value], index) => {
    const isBad = index === 2 && reading.trouble !== Trouble.None;
    pen.text(isBad ? `✕ ${value}` : value, CARD.side + index * 66, 83, isBad ? (colour['error-text'] ?? '') : colour.ink);
  });
  pen.text(text.p50, CARD.side + 26, CARD.numbers, colour.ink);
  pen.text(text.p99, WIDTH - CARD.side, CARD.numbers, colour.ink, 'right');
  pen.font(SMALL);
  pen.text('p50', CARD.side, CARD.numbers, colour.faint);
  pen.text('p99', WIDTH - CARD.side - latencyRoom(pen), CARD.numbers, colour.faint, 'right');
}

/** From far away: the level of use as the whole card, trouble as stripes and a large sign; words as long as they are legible. */
function paintFar(pen: Pen, reading: NodeReading): void {
  const { context, colour, zoom } = pen;
  const { trouble, node } = reading;
  const use = reading.holds ? reading.hitRatio : reading.utilization;
  if (Number.isFinite(use)) {
    const level = Math.max(0, Math.min(1, use));
    context.fillStyle = reading.holds ? (colour['use-3'] ?? '') : (colour[`use-${useStep(level)}`] ?? '');
    context.fillRect(0, HEIGHT * (1 - level), WIDTH, HEIGHT * level);
  }
  if (trouble >= Trouble.Failing) {
    context.fillStyle = pen.hatch(colour.error, 28, 9);
    context.fillRect(0, 0, WIDTH, HEIGHT);
  }
  // Words keep their size on the screen.
  const line = zoom < FAR ? 0 : (SMALL * 1.4) / zoom;
  const foot = zoom < WORDS ? 0 : line;
  const waiting = waitingDrawn(reading.waiting);
  if (waiting > 0) {
    context.fillStyle = colour.ink;
    context.fillRect(0, HEIGHT - foot - 14, (WIDTH * waiting) / MOST_WAITING_DRAWN, 14);
  }
  const middle = (line + HEIGHT - foot) / 2;
  if (trouble !== Trouble.None) paintFarSign(pen, trouble, WIDTH / 2, middle);
  else if (zoom >= FAR && !Number.isFinite(use)) paintGlyph(pen, node.kind, WIDTH / 2 - 20, middle - 20, 40);
  if (line > 0) paintFarWords(pen, reading, line, foot);
}


function paintFarWords(pen: Pen, reading: NodeReading, line: number, foot: number): void {
  const { context, colour, zoom } = pen;
  pen.font(Math.round((SMALL / zoom) * 4) / 4, 600);
  context.fillStyle = colour.paper;
  context.fillRect(0, 0, WIDTH, line);
  pen.text(pen.cut(reading.node.name, WIDTH - 12), 6, line * 0.77, colour.ink);
  if (foot === 0) return;
  const { text } = reading;
  context.fillStyle = colour.paper;
  context.fillRect(0, HEIGHT - foot, WIDTH, foot);
  const base = HEIGHT - foot + line * 0.72;
  const right = reading.node.client !== null ? text.errors : reading.holds ? text.hit : text.use;
  pen.text(right, WIDTH - 6, base, colour.ink, 'right');
  // Where there is no room for two numbers, the one that tells of trouble stays.
  if (pen.width(text.rate) + pen.width(right) + 18 <= WIDTH) pen.text(text.rate, 6, base, colour.ink);
}

function paintFarSign(pen: Pen, trouble: Trouble, x: number, y: number): void {
  const { context, colour } = pen;
  const size = 26;
  context.fillStyle = colour.paper;
  context.beginPath();
  context.arc(x, y, size * 1.15, 0, 7);
  context.fill();
  context.fillStyle = context.strokeStyle = trouble === Trouble.Strained ? colour.warning : colour.error;
  context.lineWidth = 10;
  context.beginPath();
  if (trouble === Trouble.Failing || trouble === Trouble.Down) {
    pen.cross(x, y, size * 0.6);
    context.stroke();
  } else if (trouble === Trouble.Hanging) {
    context.rect(x - size * 0.55, y - size * 0.65, size * 0.4, size * 1.3);
    context.rect(x + size * 0.15, y - size * 0.65, size * 0.4, size * 1.3);
    context.fill();
  } else {
    context.moveTo(x, y - size * 0.8);
    context.lineTo(x + size * 0.8, y + size * 0.6);
    context.lineTo(x - size * 0.8, y + size * 0.6);
    context.fill();
  }
}
