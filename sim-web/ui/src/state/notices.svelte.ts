// What the page has to say: short sentences that are read out politely and go away, or stay until they are dismissed.

export type NoticeKind = 'info' | 'warning' | 'error';

export interface Notice {
  id: number;
  kind: NoticeKind;
  text: string;
  action: { label: string; run: () => void } | null;
}

interface Options {
  /** Offered beside the text. */
  action?: { label: string; run: () => void };
  /** A later notice of the same topic takes its place. */
  topic?: string;
}

/** How long a notice without an action stays, in ms; errors stay until they are dismissed. */
const STAYS: Record<NoticeKind, number | null> = { info: 6_000, warning: 12_000, error: null };

export class Notices {
  all = $state.raw<Notice[]>([]);
  #next = 1;
  readonly #topics = new Map<string, number>();

  say(kind: NoticeKind, text: string, { action, topic }: Options = {}): number {
    const id = this.#next++;
    const before = topic === undefined ? undefined : this.#topics.get(topic);
    if (topic !== undefined) this.#topics.set(topic, id);
    this.all = [...this.all.filter((notice) => notice.id !== before), { id, kind, text, action: action ?? null }];
    const stays = STAYS[kind];
    if (stays !== null && !action) setTimeout(() => this.dismiss(id), stays);
    return id;
  }

  dismiss(id: number): void {
    this.all = this.all.filter((notice) => notice.id !== id);
  }

  /** Takes back what was said about a topic. */
  clear(topic: string): void {
    const id = this.#topics.get(topic);
    if (id !== undefined) this.dismiss(id);
  }
}
