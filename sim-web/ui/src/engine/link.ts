// One worker with a part of the engine in it: numbered requests and their answers, and an end when the engine traps.
import { compiledEngine, type Kind } from './module';
import type { Answer, Outcome, Request, Tick } from './protocol';

/** What a worker is sent: the compiled parts of the engine once, then requests. */
export type ToWorker = { modules: WebAssembly.Module[] } | { id: number; request: Request };
export type FromWorker = Answer | Tick;

/** The engine broke while it worked on a request; the worker that held it is gone. */
export class TrapError extends Error {
  override name = 'TrapError';
}

interface Waiting {
  resolve: (outcome: Outcome<never>) => void;
  reject: (error: Error) => void;
}

interface Hooks {
  onTick?: (tick: Tick) => void;
  /** After the requests that waited have failed. */
  onTrap?: (message: string) => void;
}

const workers: Record<Kind, () => Worker> = {
  live: () => new Worker(new URL('./live-worker.ts', import.meta.url), { type: 'module', name: 'live' }),
  tools: () => new Worker(new URL('./tools-worker.ts', import.meta.url), { type: 'module', name: 'tools' }),
  runs: () => new Worker(new URL('./runs-worker.ts', import.meta.url), { type: 'module', name: 'runs' }),
};

export class Link {
  readonly #worker: Worker;
  /** Who hears of what comes unasked; they may be put in after it was started. */
  hooks: Hooks;
  readonly #waiting = new Map<number, Waiting>();
  #next = 1;
  #ended: string | null = null;

  constructor(kind: Kind, hooks: Hooks = {}) {
    this.hooks = hooks;
    this.#worker = workers[kind]();
    this.#worker.onmessage = ({ data }: MessageEvent<FromWorker>) => this.#receive(data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#trap(event.message || 'the worker could not be started');
    };
    compiledEngine(kind).then(
      (compiled) => this.#send({ modules: compiled }),
      (error: unknown) => this.#trap(String(error)),
    );
  }

  /** Whether it still works. */
  get isAlive(): boolean {
    return this.#ended === null;
  }

  ask<T>(request: Request): Promise<Outcome<T>> {
    if (this.#ended !== null) return Promise.reject(new TrapError(this.#ended));
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#send({ id, request });
    });
  }

  /** Ends the worker; whoever waits for an answer is told. */
  close(reason = 'closed'): void {
    if (this.#ended !== null) return;
    this.#ended = reason;
    this.#worker.terminate();
    for (const { reject } of this.#waiting.values()) reject(new TrapError(reason));
    this.#waiting.clear();
  }

  #send(message: ToWorker): void {
    if (this.#ended === null) this.#worker.postMessage(message);
  }

  #receive(message: FromWorker): void {
    if ('tick' in message) {
      this.hooks.onTick?.(message);
      return;
    }
    if (message.trap !== null) {
      this.#trap(message.trap);
      return;
    }
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.outcome) waiting?.resolve(message.outcome as Outcome<never>);
  }

  #trap(message: string): void {
    if (this.#ended !== null) return;
    this.close(message);
    this.hooks.onTrap?.(message);
  }
}
