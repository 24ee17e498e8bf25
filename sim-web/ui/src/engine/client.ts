// The engine as the page sees it: typed questions and answers, ticks of the live run, and recovery when the engine breaks.
import { takeBegun } from './ahead';
import { Link, TrapError } from './link';
import { opening } from './opening';
import { asProblem, Pool } from './pool';
import type {
  Catalogue,
  Compiled,
  Completion,
  Description,
  Edit,
  Interval,
  Judgement,
  Metric,
  Outcome,
  Pair,
  Problem,
  Request,
  TheoryLine,
  Tick,
} from './protocol';

/** The answer to `amend`: what the scenario is now, since when it differs (if it does), and the time the run catches up to. */
export interface Amended {
  text: string;
  description: Description;
  since: number | null;
  goal: number;
}

/** How the live worker answers `amend`. */
interface Parted {
  since: number | null;
  goal: number;
}

/** The answer to `edit`. */
export interface Edited {
  text: string;
}

/** The engine broke and was started again; `gaveUp` if it broke twice at the same place and stays stopped. */
export interface Restart {
  message: string;
  at: number;
  gaveUp: boolean;
}

interface Hooks {
  onTick: (tick: Tick) => void;
  onRestart: (restart: Restart) => void;
}

/** A second trap within this many simulated seconds after the first is the same trap. */
const SAME_PLACE = 1;

export class Engine {
  /** Whole runs: replications and sweeps. */
  readonly pool = new Pool();
  readonly #hooks: Hooks;
  #live: Link | null = null;
  #tools: Link | null = null;
  /** Until what was asked before has gone to the live worker: it is asked in order, also after texts that take their time. */
  #line: Promise<unknown> = Promise.resolve();
  /** Which arms are open once the live worker has done what it was asked. */
  readonly #isOpen = [false, false];
  /** What it has opened, to open it again after a trap. */
  readonly #opened: (Compiled | null)[] = [null, null];
  #speed: number | null = null;
  #now = 0;
  /** What was open when it broke twice: it is opened again when somebody changes something. */
  #lost: (Compiled | null)[] | null = null;
  #lastTrap: { at: number; texts: string } | null = null;

  constructor(hooks: Hooks) {
    this.#hooks = hooks;
  }

  // The live run.

  async open(arm: number, text: string, at = 0): Promise<Outcome<Description>> {
    if (this.#lost) this.#lost[arm] = null;
    const outcome = await this.#askCompiled<null>(text, [], at, ({ script }) => this.#opening(arm, script, at));
    if (!outcome.ok) return outcome;
    const { compiled } = outcome.value;
    this.#hasOpened(arm, compiled);
    return { ok: true, value: compiled.description };
  }

  /** Another text for an arm, with edits made in it; the arm keeps its time. Opens it if it is not open. */
  async amend(arm: number, text: string, edits: Edit[] = []): Promise<Outcome<Amended>> {
    if (this.#lost) {
      this.#lost[arm] = null;
      this.#revive(this.#now);
    }
    const at = this.#now;
    const outcome = await this.#askCompiled<Parted | null>(text, edits, at, ({ script }) =>
      this.#isOpen[arm] ? { do: 'amend', arm, script } : this.#opening(arm, script, at),
    );
    if (!outcome.ok) return outcome;
    const { compiled, answer } = outcome.value;
    this.#hasOpened(arm, compiled);
    const { since, goal } = answer ?? { since: 0, goal: at };
    return { ok: true, value: { text: compiled.text, description: compiled.description, since, goal } };
  }

  async close(arm: number): Promise<void> {
    await this.#askLive<null>(() => {
      this.#isOpen[arm] = false;
      this.#opened[arm] = null;
      return { do: 'close', arm };
    });
  }

  #opening(arm: number, script: Uint8Array, at: number): Request {
    this.#isOpen[arm] = true;
    return { do: 'open', arm, script, at };
  }

  #hasOpened(arm: number, compiled: Compiled): void {
    // It may have been closed while the answer was on its way.
    if (this.#isOpen[arm]) this.#opened[arm] = compiled;
  }

  /** Simulated seconds a second; `Infinity` for as fast as it goes. */
  async play(speed: number): Promise<void> {
    this.#revive(this.#now);
    this.#speed = speed;
    await this.#askLive<null>({ do: 'play', speed });
  }

  async pause(): Promise<void> {
    this.#speed = null;
    await this.#askLive<null>({ do: 'pause' });
  }

  /** Some events, or some seconds, of all arms. */
  async step(by: { events?: number; seconds?: number }): Promise<void> {
    this.#revive(this.#now);
    this.#speed = null;
    await this.#askLive<null>({ do: 'step', events: by.events ?? 0, seconds: by.seconds ?? 0 });
  }

  async seek(to: number): Promise<void> {
    this.#revive(to);
    await this.#askLive<null>({ do: 'seek', to });
  }

  /** The run so far as `escala run --json` would tell it. */
  report<T = unknown>(arm = 0): Promise<Outcome<T>> {
    return this.#tell('report', arm);
  }

  theory(arm = 0): Promise<Outcome<TheoryLine[]>> {
    return this.#tell('theory', arm);
  }

  /** What the run has found, made into what somebody asks for. */
  async #tell<T>(what: 'report' | 'theory', arm: number): Promise<Outcome<T>> {
    const found = await this.#askLive<Uint8Array>({ do: 'findings', arm });
    if (!found.ok) return found;
    // What is open now is what was open then: its answer came before this one.
    const text = this.#opened[arm]?.text ?? '';
    return this.#askTools<T>({ do: what, text, findings: found.value });
  }

  /** Pairs: the upper edge in ms, and how many. */
  histogram(client: number, arm = 0): Promise<Outcome<Float64Array>> {
    return this.#askLive({ do: 'histogram', arm, client });
  }

  /** The digest of the run so far, as the command prints it. */
  digest(arm = 0): Promise<Outcome<string>> {
    return this.#askLive({ do: 'digest', arm });
  }

  // Texts; in a worker of their own, so that the live run stays smooth.

  catalogue(): Promise<Outcome<Catalogue>> {
    return this.#askTools({ do: 'catalogue' });
  }

  /** Browsers compile code when it is first used: here before somebody waits for what a change of this text needs. */
  async warm(text: string): Promise<void> {
    await this.#askTools({ do: 'compile', text, edits: [], at: 0 });
  }

  async check(text: string): Promise<Problem[]> {
    const outcome = await this.#askTools<{ problems: Problem[] }>({ do: 'check', text });
    return outcome.ok ? outcome.value.problems : outcome.problems;
  }

  edit(text: string, edits: Edit[]): Promise<Outcome<Edited>> {
    return this.#askTools({ do: 'edit', text, edits });
  }

  async complete(text: string, offset: number): Promise<Completion[]> {
    const outcome = await this.#askTools<Completion[]>({ do: 'complete', text, offset });
    return outcome.ok ? outcome.value : [];
  }

  /** The text as `escala fmt` writes it. */
  async format(text: string): Promise<Outcome<string>> {
    const outcome = await this.#askTools<{ text: string }>({ do: 'format', text });
    return outcome.ok ? { ok: true, value: outcome.value.text } : outcome;
  }

  /** What stands at a path of the text: `nodes.app`; what the engine tells of it. */
  outline<T = unknown>(text: string, path: string): Promise<Outcome<T>> {
    return this.#askTools({ do: 'outline', text, path });
  }

  /** The text of a case of a scenario. */
  async caseText(text: string, name: string): Promise<Outcome<string>> {
    const outcome = await this.#askTools<{ text: string }>({ do: 'case', text, name });
    return outcome.ok ? { ok: true, value: outcome.value.text } : outcome;
  }

  /** What is usually compared of two scenarios: metrics of clients that both have. */
  metrics(text: string, other: string): Promise<Outcome<Metric[]>> {
    return this.#askTools({ do: 'metrics', text, other });
  }

  /** The seeds of so many replications, the given one first. */
  seeds(seed: string, count: number): Promise<Outcome<string[]>> {
    return this.#askTools({ do: 'seeds', seed, count });
  }

  /** Differences of paired values, corrected for being judged together. */
  judge(pairs: Pair[]): Promise<Outcome<Judgement[]>> {
    return this.#askTools({ do: 'judge', pairs });
  }

  intervals(samples: number[][]): Promise<Outcome<(Interval | null)[]>> {
    return this.#askTools({ do: 'intervals', samples });
  }

  /** One whole run; see {@link pool} for many. */
  run<T = unknown>(text: string, signal?: AbortSignal): Promise<Outcome<T>> {
    return this.pool.run<T>({ text }, signal);
  }

  /** Asks the live worker for something that takes a compiled text: what was wrong with the text, or the answer. */
  async #askCompiled<T>(
    text: string,
    edits: Edit[],
    at: number,
    request: (compiled: Compiled) => Request,
  ): Promise<Outcome<{ compiled: Compiled; answer: T }>> {
    const compiling = this.#compile(text, edits, at);
    let compiled: Outcome<Compiled> | null = null;
    const answer = await this.#askLive<T>(async () => {
      compiled = await compiling;
      return compiled.ok ? request(compiled.value) : compiled;
    });
    const known = compiled as Outcome<Compiled> | null;
    if (!answer.ok) return answer;
    if (!known?.ok) throw new Error('an answer has a question');
    return { ok: true, value: { compiled: known.value, answer: answer.value } };
  }

  async #compile(text: string, edits: Edit[], at: number): Promise<Outcome<Compiled>> {
    const known = edits.length === 0 ? opening(text) : null;
    return known ? { ok: true, value: known } : this.#askTools<Compiled>({ do: 'compile', text, edits, at });
  }

  async #askTools<T>(request: Request): Promise<Outcome<T>> {
    if (!this.#tools?.isAlive) this.#tools = takeBegun('tools') ?? new Link('tools');
    try {
      return await this.#tools.ask<T>(request);
    } catch (error) {
      if (error instanceof TrapError) return asProblem(error);
      throw error;
    }
  }

  /** Asks the live worker once all that was asked before has gone there; not at all if there turn out to be problems. */
  async #askLive<T>(ask: Request | (() => Request | Promise<Request | Outcome<never>>)): Promise<Outcome<T>> {
    let asked: Promise<Outcome<T>> | null = null;
    const turn = this.#line.then(async () => {
      const request = typeof ask === 'function' ? await ask() : ask;
      asked = 'ok' in request ? Promise.resolve(request) : this.#askNow<T>(request);
    });
    this.#line = turn.catch(() => undefined);
    await turn;
    if (!asked) throw new Error('what has gone there is answered');
    return asked;
  }

  async #askNow<T>(request: Request): Promise<Outcome<T>> {
    const link = this.#liveLink();
    try {
      return await link.ask<T>(request);
    } catch (error) {
      if (error instanceof TrapError) return asProblem(error);
      throw error;
    }
  }

  #liveLink(): Link {
    if (this.#live?.isAlive) return this.#live;
    this.#live = takeBegun('live') ?? new Link('live');
    this.#live.hooks = {
      onTick: (tick) => {
        this.#now = tick.now;
        this.#hooks.onTick(tick);
      },
      onTrap: (message) => this.#recover(message),
    };
    return this.#live;
  }

  /** What was given up is opened again. */
  #revive(at: number): void {
    const lost = this.#lost;
    this.#lost = null;
    lost?.forEach((compiled, arm) => {
      if (!compiled) return;
      this.#opened[arm] = compiled;
      void this.#askLive(() => this.#opening(arm, compiled.script, at));
    });
  }

  /** Another worker, the same scenarios at the same time; unless it broke here before. */
  #recover(message: string): void {
    const at = this.#now;
    const texts = JSON.stringify(this.#opened.map((compiled) => compiled?.text));
    const last = this.#lastTrap;
    const gaveUp = last !== null && last.texts === texts && at <= last.at + SAME_PLACE;
    this.#lastTrap = { at, texts };
    if (gaveUp) {
      this.#speed = null;
      this.#lost = [...this.#opened];
      this.#opened.fill(null);
      this.#isOpen.fill(false);
      this.#lastTrap = null;
    } else {
      this.#opened.forEach((compiled, arm) => {
        this.#isOpen[arm] = false;
        if (compiled) void this.#askNow(this.#opening(arm, compiled.script, at));
      });
      if (this.#speed !== null) void this.#askNow({ do: 'play', speed: this.#speed });
    }
    this.#hooks.onRestart({ message, at, gaveUp });
  }
}
