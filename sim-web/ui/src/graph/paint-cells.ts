// Instances as cells: how loaded each is by level and colour, how it stands by its shape.
import { Life } from '../engine/protocol';
import { useStep } from '../style/colours';
import { CARD, cellBox, INNER, type Box } from './card';
import type { Columns } from './columns';
import type { Pen } from './pen';
import type { NodeReading } from './readings';

/** More servers than this are not told apart in a bar. */
const MOST_SERVERS = 40;
/** Smaller cells have no room for a sign. */
const ROOM_FOR_SIGN = 7;

interface Cell {
  life: number;
  use: number;
  waiting: number;
  servers: number;
  hangs: boolean;
  isSlow: boolean;
}

const cell: Cell = { life: 0, use: 0, waiting: 0, servers: 0, hangs: false, isSlow: false };

/** Reads an instance into one and the same object: this happens for hundreds of them in every frame. */
function read(columns: Columns, at: number): Cell {
  const { life, utilization, waiting, servers, trouble } = columns.instances;
  const troubles = columns.known(trouble, at);
  cell.life = columns.read(life, at);
  cell.use = Math.max(0, Math.min(1, columns.known(utilization, at)));
  cell.waiting = columns.known(waiting, at);
  cell.servers = columns.known(servers, at);
  cell.hangs = (troubles & 1) === 1;
  cell.isSlow = (troubles & 2) === 2;
  return cell;
}

/** All instances of a node, from the corner of its card. */
export function paintCells(pen: Pen, columns: Columns, reading: NodeReading, chosen: number | null): void {
  const { grid, shown, node } = reading;
  for (let position = 0; position < grid.count; position += 1) {
    const box = cellBox(grid, position);
    const state = read(columns, shown[position] ?? 0);
    if (grid.isStrip) paintHeat(pen, box, state);
    else if (grid.count === 1 && state.life === Life.Up) paintBar(pen, box, state);
    else paintCell(pen, box, state);
    if (shown[position] === node.firstInstance + (chosen ?? NaN)) paintChosen(pen, box);
  }
  if (grid.isStrip) outline(pen, { x: CARD.side, y: CARD.cells.top, width: INNER, height: CARD.cells.height }, pen.colour.axis, 1);
}

function outline({ context }: Pen, box: Box, colour: string, thick: number): void {
  context.strokeStyle = colour;
  context.lineWidth = thick;
  context.strokeRect(box.x + thick / 2, box.y + thick / 2, box.width - thick, box.height - thick);
}

function paintChosen(pen: Pen, { x, y, width, height }: Box): void {
  outline(pen, { x: x - 2, y: y - 2, width: width + 4, height: height + 4 }, pen.colour.accent, 2);
}

/** A single instance: a bar with a mark for each of its servers. */
function paintBar(pen: Pen, box: Box, state: Cell): void {
  const { context, colour } = pen;
  context.fillStyle = colour.raised;
  context.fillRect(box.x, box.y, box.width, box.height);
  context.fillStyle = colour[`use-${useStep(state.use)}`] ?? '';
  context.fillRect(box.x, box.y, box.width * state.use, box.height);
  if (state.servers > 1 && state.servers <= MOST_SERVERS) {
    context.fillStyle = colour.paper;
    for (let server = 1; server < state.servers; server += 1) {
      context.fillRect(box.x + (box.width * server) / state.servers - 0.75, box.y, 1.5, box.height);
    }
  }
  outline(pen, box, colour.axis, 1);
  paintLid(pen, box, state);
  paintSign(pen, box, state);
}

function paintCell(pen: Pen, box: Box, state: Cell): void {
  const { context, colour } = pen;
  if (state.life === Life.Up || state.life === Life.Draining) {
    context.fillStyle = colour.raised;
    context.fillRect(box.x, box.y, box.width, box.height);
    const height = box.height * state.use;
    context.fillStyle = colour[`use-${useStep(state.use)}`] ?? '';
    context.fillRect(box.x, box.y + box.height - height, box.width, height);
  }
  if (state.life === Life.Up) {
    outline(pen, box, colour.axis, 1);
    paintLid(pen, box, state);
  } else if (state.life === Life.Down) {
    context.fillStyle = colour['error-wash'] ?? '';
    context.fillRect(box.x, box.y, box.width, box.height);
    outline(pen, box, colour.error, 1.5);
  } else {
    context.setLineDash([3, 2]);
    outline(pen, box, colour.faint, 1);
    context.setLineDash([]);
  }
  paintSign(pen, box, state);
}

/** Requests wait in front of it: a lid on the cell, two where as many wait as are served. */
function paintLid({ context, colour }: Pen, box: Box, state: Cell): void {
  if (!(state.waiting > 0)) return;
  context.fillStyle = colour.ink;
  context.fillRect(box.x, box.y - 1, box.width, 2.5);
  if (state.waiting >= Math.max(1, state.servers)) context.fillRect(box.x, box.y + 3, box.width, 2.5);
}

/** What is wrong with it, or where it is going. */
function paintSign(pen: Pen, box: Box, state: Cell): void {
  const size = Math.min(box.width, box.height, 18) / 2 - 1;
  if (size * 2 < ROOM_FOR_SIGN - 2) return;
  const x = box.x + box.width / 2;
  const y = box.y + box.height / 2;
  if (state.life === Life.Down) paintDead(pen, x, y, size);
  else if (state.life === Life.Booting) paintTriangle(pen, x, y, size, -1);
  else if (state.life === Life.Draining) paintTriangle(pen, x, y, size, 1);
  else if (state.hangs) paintPause(pen, box, x, y, size);
  else if (state.isSlow) paintHourglass(pen, box, x, y, size);
}

function paintDead(pen: Pen, x: number, y: number, size: number): void {
  const { context } = pen;
  context.strokeStyle = pen.colour.error;
  context.lineWidth = 2.5;
  context.beginPath();
  pen.cross(x, y, size * 0.8);
  context.stroke();
}

/** Upwards: it is coming. Downwards: it takes nothing more. */
function paintTriangle({ context, colour }: Pen, x: number, y: number, size: number, way: 1 | -1): void {
  const half = size * 0.7;
  context.fillStyle = colour.faint;
  context.beginPath();
  context.moveTo(x - half, y - half * way * 0.8);
  context.lineTo(x + half, y - half * way * 0.8);
  context.lineTo(x, y + half * way);
  context.fill();
}

/** A sign on a plate, so that it is seen on every level. */
function plate(pen: Pen, box: Box, x: number, y: number, size: number): void {
  const { context, colour } = pen;
  context.fillStyle = colour['warning-wash'] ?? '';
  context.fillRect(x - size, y - size, size * 2, size * 2);
  outline(pen, box, colour.warning, 2);
}

function paintPause(pen: Pen, box: Box, x: number, y: number, size: number): void {
  plate(pen, box, x, y, size);
  const { context } = pen;
  context.fillStyle = pen.colour.ink;
  context.fillRect(x - size * 0.6, y - size * 0.7, size * 0.42, size * 1.4);
  context.fillRect(x + size * 0.18, y - size * 0.7, size * 0.42, size * 1.4);
}

function paintHourglass(pen: Pen, box: Box, x: number, y: number, size: number): void {
  plate(pen, box, x, y, size);
  const { context } = pen;
  const half = size * 0.75;
  context.fillStyle = pen.colour.ink;
  context.beginPath();
  context.moveTo(x - half, y - half);
  context.lineTo(x + half, y - half);
  context.lineTo(x - half, y + half);
  context.lineTo(x + half, y + half);
  context.fill();
}

/** One of very many. */
function paintHeat(pen: Pen, box: Box, state: Cell): void {
  const { context, colour } = pen;
  if (state.life === Life.Down) context.fillStyle = colour.error;
  else if (state.life === Life.Up) context.fillStyle = colour[`use-${useStep(state.use)}`] ?? '';
  else context.fillStyle = colour.grid;
  context.fillRect(box.x, box.y, box.width + 0.3, box.height + 0.3);
  const size = Math.min(box.width, box.height);
  if (size < 4) return;
  if (state.life === Life.Down) {
    context.strokeStyle = colour.paper;
    context.lineWidth = 1;
    context.beginPath();
    pen.cross(box.x + box.width / 2, box.y + box.height / 2, size * 0.3);
    context.stroke();
  } else if (state.hangs || state.isSlow) {
    context.fillStyle = colour.warning;
    context.fillRect(box.x + size * 0.25, box.y + size * 0.25, size * 0.5, size * 0.5);
  }
}
