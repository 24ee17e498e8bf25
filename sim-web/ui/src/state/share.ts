// A scenario and the view of it as part of a link. It stands behind the `#`, so nothing of it is sent to any server.
import { words } from './words';

/** What a link holds. */
export interface Shared {
  text: string;
  /** What it was opened by: the name of a model or of a file. */
  name?: string;
  /** The text of arm B, if there is one. */
  b?: string;
  /** The simulated time. */
  at?: number;
  speed?: number | 'max';
  /** The name of the selected node. */
  selected?: string;
  /** Whether the numbers are shown as a table. */
  table?: boolean;
}

/** What came of reading a link. A broken one tells why, and as much of its text as could be read. */
export type Reading = { ok: true; shared: Shared } | { ok: false; why: string; text: string | null };

const MARK = '#s=';
/** Longer links are cut by some mail programs and chats. */
export const LONG_LINK = 32 * 1024;

export function isShared(hash: string): boolean {
  return hash.startsWith(MARK);
}

export async function toHash(shared: Shared): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(shared));
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate-raw'));
  return MARK + toBase64(new Uint8Array(await new Response(stream).arrayBuffer()));
}

export async function fromHash(hash: string): Promise<Reading> {
  const bytes = fromBase64(hash.slice(MARK.length));
  if (!bytes) return { ok: false, why: words.linkEncoding, text: null };
  const { json, isWhole } = await inflate(bytes);
  if (!isWhole) return { ok: false, why: words.linkCut, text: partOf(json) };
  const shared = sharedIn(json);
  return shared ? { ok: true, shared } : { ok: false, why: words.linkContent, text: null };
}

/** The most that a link may unpack to: more is not a scenario but an attempt to fill the memory. */
const MOST_UNPACKED = 32 * 1024 * 1024;

async function inflate(bytes: Uint8Array<ArrayBuffer>): Promise<{ json: string; isWhole: boolean }> {
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw')).getReader();
  const decoder = new TextDecoder();
  let json = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return { json: json + decoder.decode(), isWhole: true };
      json += decoder.decode(value, { stream: true });
      if (json.length > MOST_UNPACKED) return { json: '', isWhole: false };
    }
  } catch {
    return { json, isWhole: false };
  }
}

function sharedIn(json: string): Shared | null {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const { text, name, b, at, speed, selected, table } = value as Record<string, unknown>;
  if (typeof text !== 'string') return null;
  const shared: Shared = { text };
  if (typeof name === 'string') shared.name = name;
  if (typeof b === 'string') shared.b = b;
  if (typeof at === 'number' && at >= 0 && Number.isFinite(at)) shared.at = at;
  if (speed === 'max' || (typeof speed === 'number' && speed > 0)) shared.speed = speed;
  if (typeof selected === 'string') shared.selected = selected;
  if (typeof table === 'boolean') shared.table = table;
  return shared;
}

/** The text in JSON that ends too early. */
function partOf(json: string): string | null {
  const found = /^\{"text":("(?:[^"\\]|\\.)*)/.exec(json)?.[1];
  if (found === undefined) return null;
  try {
    return JSON.parse(`${found}"`) as string;
  } catch {
    return null;
  }
}

function toBase64(bytes: Uint8Array): string {
  let binary = '';
  for (let at = 0; at < bytes.length; at += 0x8000) {
    binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  }
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> | null {
  if (text === '' || !/^[\w-]+$/.test(text)) return null;
  // A single letter in the end holds no byte: it is what is left where a link was cut.
  const whole = text.length % 4 === 1 ? text.slice(0, -1) : text;
  const binary = atob(whole.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
}
