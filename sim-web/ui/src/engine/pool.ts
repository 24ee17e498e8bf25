// Whole runs on all cores but one: replications, sweeps. Runs wait in one line; a signal takes them out of it.
import { Link, TrapError } from './link';
import type { Edit, Outcome, Request } from './protocol';

/** A run of `text` with `edits` made. */
export interface Job {
  text: string;
  edits?: Edit[];
  /** If only metrics are read of the run ({@link Measured}): which, and the seed of it. Else the answer is its whole report. */
  metrics?: string[];
  seed?: string;
}

interface Options {
  signal?: AbortSignal;
  /** After each run: how many of them are done, and which one it was. */
  onProgress?: (done: number, of: number, index: number, outcome: Outcome<unknown>) => void;
}

interface Waiting {
  job: Job;
  signal: AbortSignal | undefined;
  resolve: (outcome: Outcome<unknown>) => void;
  reject: (error: unknown) => void;
}

export class Pool {
  readonly size: number;
  readonly #line: Waiting[] = [];
  readonly #idle: Link[] = [];
  #busy = 0;

  constructor(size = Math.max(1, (globalThis.navigator?.hardwareConcurrency ?? 2) - 1)) {
    this.size = size;
  }

  /** All runs, in the order given. A cancelled one rejects with an `AbortError`. */
  async runAll<T>(jobs: Job[], options: Options = {}): Promise<Outcome<T>[]> {
    let done = 0;
    const all = jobs.map(async (job, index) => {
      const outcome = await this.run<T>(job, options.signal);
      done += 1;
      options.onProgress?.(done, jobs.length, index, outcome);
      return outcome;
    });
    return Promise.all(all);
  }

  run<T>(job: Job, signal?: AbortSignal): Promise<Outcome<T>> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(aborted());
        return;
      }
      const waiting: Waiting = { job, signal, resolve: resolve as Waiting['resolve'], reject };
      signal?.addEventListener('abort', () => this.#leave(waiting), { once: true });
      this.#line.push(waiting);
      this.#next();
    });
  }

  #leave(waiting: Waiting): void {
    const position = this.#line.indexOf(waiting);
    if (position >= 0) this.#line.splice(position, 1);
    waiting.reject(aborted());
  }

  #next(): void {
    while (this.#busy < this.size) {
      const waiting = this.#line.shift();
      if (!waiting) return;
      this.#busy += 1;
      const link = this.#idle.pop() ?? new Link('runs');
      void this.#serve(link, waiting).finally(() => {
        this.#busy -= 1;
        if (link.isAlive) this.#idle.push(link);
        this.#next();
      });
    }
  }

  async #serve(link: Link, { job, signal, resolve, reject }: Waiting): Promise<void> {
    // A run cannot be interrupted from within; its worker is ended.
    const stop = () => link.close('cancelled');
    signal?.addEventListener('abort', stop, { once: true });
    try {
      resolve(await link.ask(requestOf(job)));
    } catch (error) {
      if (error instanceof TrapError && !signal?.aborted) resolve(asProblem(error));
      else reject(error);
    } finally {
      signal?.removeEventListener('abort', stop);
    }
  }
}

function requestOf({ text, seed = '0', edits = [], metrics }: Job): Request {
  return metrics === undefined ? { do: 'run', text, edits } : { do: 'measure', text, seed, edits, metrics };
}

function aborted(): DOMException {
  return new DOMException('cancelled', 'AbortError');
}

/** A trap told as what it means to whoever asked: this text cannot be worked on. */
export function asProblem(error: TrapError): Outcome<never> {
  const nowhere = { from: null, to: null, line: null, column: null, label: null, help: null, fix: null };
  return { ok: false, problems: [{ severity: 'error', code: 'trap', message: error.message, ...nowhere }] };
}
