// One history of all changes, typed or made in the graph. It knows texts only; what follows from them is the studio's business.

/** The texts of both arms after a change, what the change was, and the simulated time at which it was made. */
export interface HistoryEntry {
  texts: readonly [string, string | null];
  label: string;
  at: number;
  /** Changes of one gesture are one entry. */
  gesture: string | null;
}

/** More than anybody goes back; texts are shared between entries, so most cost one string. */
const MOST_ENTRIES = 500;

export class History {
  #entries: HistoryEntry[];
  #position = 0;

  constructor(first: HistoryEntry) {
    this.#entries = [first];
  }

  get current(): HistoryEntry {
    return this.#entries[this.#position] as HistoryEntry;
  }

  get entries(): readonly HistoryEntry[] {
    return this.#entries;
  }

  get position(): number {
    return this.#position;
  }

  /** What `undo` would take back. */
  get undoable(): string | null {
    return this.#position > 0 ? this.current.label : null;
  }

  /** What `redo` would do again. */
  get redoable(): string | null {
    return this.#entries[this.#position + 1]?.label ?? null;
  }

  /** Another change; one of the same gesture as the last takes its place. What was undone is forgotten. */
  commit(entry: HistoryEntry): void {
    const { current } = this;
    const [a, b] = current.texts;
    if (entry.texts[0] === a && entry.texts[1] === b) return;
    const isTop = this.#position === this.#entries.length - 1;
    const goesOn = isTop && this.#position > 0 && entry.gesture !== null && entry.gesture === current.gesture;
    const kept = goesOn ? this.#position : this.#position + 1;
    this.#entries = [...this.#entries.slice(0, kept), entry].slice(-MOST_ENTRIES);
    this.#position = this.#entries.length - 1;
  }

  undo(): HistoryEntry | null {
    if (this.#position === 0) return null;
    this.#position -= 1;
    return this.current;
  }

  redo(): HistoryEntry | null {
    if (this.#position === this.#entries.length - 1) return null;
    this.#position += 1;
    return this.current;
  }
}
