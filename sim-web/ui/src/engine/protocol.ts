/**
 * What the page and its workers say to each other. The engine's side of it is `sim-web/src`: a field is named there as here.
 *
 * Times are simulated seconds and latencies milliseconds, unless a name says otherwise. Offsets into text count UTF-16 code
 * units, as JavaScript and CodeMirror do. A number that is not known is `NaN` in arrays and `null` in JSON.
 */

/** A mistake or a warning, and what would mend it. */
export interface Problem {
  severity: 'error' | 'warning';
  code: string;
  message: string;
  /** Where in the text; none if it is about the text as a whole. */
  from: number | null;
  to: number | null;
  /** From 1, for people. */
  line: number | null;
  column: number | null;
  label: string | null;
  help: string | null;
  /** An edit that would answer it. */
  fix: Change | null;
}

/** One replacement in a text. */
export interface Change {
  from: number;
  to: number;
  insert: string;
}

/** What a scenario is that compiled: all that does not change while it runs. */
export interface Description {
  name: string;
  /** The comment that the text opens with. */
  question: string;
  seed: string;
  duration: number | null;
  warmup: number;
  nodes: NodeDescription[];
  edges: EdgeDescription[];
  /** Faults and changes over time, in the order of the text. */
  timeline: TimelineEntry[];
  cases: string[];
  frame: Layout;
  row: Layout;
  warnings: Problem[];
  /** What saturates first, in one sentence (English, as the command prints it); none where nothing does. */
  bottleneck: string | null;
}

export interface NodeDescription {
  name: string;
  /** The word for its kind: `service`. */
  kind: string;
  /** The name of its kind in scenario text: `Service`. */
  variant: string;
  /** The first of its instances in the group `instances` of a frame, and how many there can be. */
  firstInstance: number;
  mostInstances: number;
  /** At the start. */
  instances: number;
  /** Its position in the group `clients` of a frame, if it is a client. */
  client: number | null;
  pools: { name: string; servers: number | null }[];
  mainPool: number | null;
  /** Visits a second that one instance can serve, by its mean work; none where there is no bound. */
  capacity: number | null;
  /** Where it stands in the drawing: from `layout` in the text, else computed. */
  x: number;
  y: number;
  isPlaced: boolean;
}

export interface EdgeDescription {
  /** Positions in `nodes`. */
  from: number;
  to: number;
  /** The latency one way: `0.5ms`; empty where there is none. */
  label: string;
  /** Seconds one way on average; 0 where there is none. */
  latency: number;
  /** Whether it asks for a name rather than for an answer. */
  isLookup: boolean;
}

export interface TimelineEntry {
  /** Its position in `timeline` of the text. */
  index: number;
  at: number;
  /** `Crash`, `Slow`, `Set` … */
  what: string;
  /** Whom it strikes, or the path that is set. */
  target: string;
  /** How long it lasts; none for a `Set`. */
  span: number | null;
  /** As written, from the name on. */
  text: string;
}

/** How a `Float64Array` is to be read: a head, and groups of records of equal fields. */
export interface Layout {
  head: string[];
  groups: Record<string, Group>;
  length: number;
}

export interface Group {
  start: number;
  stride: number;
  count: number;
  fields: string[];
}

/**
 * The fields of a frame.
 * - head: `now`, `events`, `inFlight`, `status` (see {@link Status}), `window` (the span in seconds that rates are told of)
 * - clients: `offered`, `completed`, `failed`, `retries` (a second), `inFlight`, `p50`, `p95`, `p99` (ms), `totalOffered`,
 *   `totalCompleted`, `totalFailed`
 * - nodes: `rate`, `failed` (a second), `present`, `waiting`, `utilization` (0…1), `ready`, `booting`, `p50`, `p99` (ms),
 *   `hitRatio`
 * - instances: `life` (see {@link Life}), `present`, `waiting`, `busy`, `servers`, `utilization`, `trouble` (bits: 1 stands
 *   still, 2 is slow)
 * - edges: `rate`, `failed`, `retries` (a second), `trouble` (bits: 1 cut, 2 loses requests)
 *
 * The fields of a row, which tells of the interval that ends at `t`: the same names without totals, `life`, `busy`, `servers`
 * and `trouble`; head: `t`, `interval`; groups clients, nodes and edges.
 */
export type FrameField = string;

/** How a run stands. */
export enum Status {
  Running = 0,
  /** The end of the scenario was reached. */
  Reached = 1,
  /** Nothing is left to do. */
  Idle = 2,
  /** A bound of events, of requests in flight or of simulated time was reached. */
  TooManyEvents = 3,
  TooManyInFlight = 4,
  TooLong = 5,
}

/** Whether an instance takes part. */
export enum Life {
  Absent = 0,
  Booting = 1,
  Up = 2,
  Draining = 3,
  Down = 4,
}

/** Something that was done to the system, as it happened. */
export interface LogEntry {
  at: number;
  node: string;
  what: 'scaled' | 'broke' | 'mended' | 'changed';
  /** Instances before and after, where it was scaled. */
  from: number | null;
  to: number | null;
  /** The instance, where one broke; the path and value where the scenario changed. */
  detail: string;
}

/** A law beside what was measured. */
export interface TheoryLine {
  node: string;
  /** `M/M/c`, with its numbers. */
  law: string;
  metric: string;
  expected: number;
  simulated: number | null;
  unit: string;
  /** What the law assumes, and the node meets. */
  assumptions: string[];
}

/** A scenario that compiled. */
export interface Compiled {
  text: string;
  /** What the live worker plays. */
  script: Uint8Array;
  /** As it is at the time that was asked for. */
  description: Description;
}

/** What the page asks a worker; each request is answered by the {@link Answer} of its number. */
export type Request =
  // The live worker: one or two arms, stepped to the same times.
  | { do: 'open'; arm: number; script: Uint8Array; at: number }
  | { do: 'amend'; arm: number; script: Uint8Array }
  | { do: 'close'; arm: number }
  | { do: 'play'; speed: number }
  | { do: 'pause' }
  | { do: 'step'; events: number; seconds: number }
  | { do: 'seek'; to: number }
  | { do: 'findings'; arm: number }
  | { do: 'histogram'; arm: number; client: number }
  | { do: 'digest'; arm: number }
  // A worker of texts.
  | { do: 'compile'; text: string; edits: Edit[]; at: number }
  | { do: 'report'; text: string; findings: Uint8Array }
  | { do: 'theory'; text: string; findings: Uint8Array }
  | { do: 'catalogue' }
  | { do: 'check'; text: string }
  | { do: 'edit'; text: string; edits: Edit[] }
  | { do: 'complete'; text: string; offset: number }
  | { do: 'format'; text: string }
  | { do: 'outline'; text: string; path: string }
  | { do: 'case'; text: string; name: string }
  | { do: 'metrics'; text: string; other: string }
  | { do: 'seeds'; seed: string; count: number }
  | { do: 'judge'; pairs: Pair[] }
  | { do: 'intervals'; samples: number[][] }
  // The pool: whole runs.
  | { do: 'run'; text: string; edits: Edit[] }
  | { do: 'measure'; text: string; seed: string; edits: Edit[]; metrics: string[] };

/** A metric that can be compared: `p99(users)`. Values are in seconds, per second, shares of one, or counts. */
export interface Metric {
  name: string;
  unit: 'time' | 'time_squared' | 'rate' | 'share' | 'count' | 'number';
  better: 'less' | 'more' | 'neither';
  doc: string;
}

/** Metrics of one whole run, in the order in which they were asked for; null where nothing was counted. */
export interface Measured {
  digest: string;
  values: (number | null)[];
  /** Clients with so many requests unanswered at the end that their percentiles are too low. */
  censored: string[];
}

/** Values of two arms, by replication. */
export interface Pair {
  first: number[];
  second: number[];
}

/** A mean and its interval of 95 %; bounds are null below two values. */
export interface Interval {
  mean: number;
  low: number | null;
  high: number | null;
}

/** What two samples say together. `p` is corrected (Holm) for all pairs that were judged at once. */
export interface Judgement {
  first: Interval | null;
  second: Interval | null;
  /** Second less first. `gain` is how many times as many runs independent seeds would have taken. */
  difference: { mean: number; low: number; high: number; p: number; gain: number | null } | null;
}

/** An edit of a scenario text, all made at once and in order; the text keeps its comments and layout. */
export type Edit =
  | { do: 'set'; path: string; value: string }
  | { do: 'remove'; path: string }
  | { do: 'append'; path: string; value: string }
  | { do: 'addNode'; name: string; kind: string; x: number; y: number }
  | { do: 'removeNode'; name: string }
  | { do: 'renameNode'; name: string; to: string }
  | { do: 'connect'; from: string; to: string }
  | { do: 'disconnect'; from: string; to: string }
  | { do: 'place'; name: string; x: number; y: number }
  /** From `at` on, `path` has this value: a `Set` in the timeline. */
  | { do: 'change'; at: number; path: string; value: string }
  /** At `at` this fault comes: a line in the timeline. `fault` is as in scenario text: `Crash(target: "app/3", for: "30s")`. */
  | { do: 'fault'; at: number; fault: string };

export type Outcome<T> = { ok: true; value: T } | { ok: false; problems: Problem[] };

/** The answer to a request. `trap` says that the engine is broken and the worker has to be replaced. */
export interface Answer {
  id: number;
  outcome: Outcome<unknown> | null;
  trap: string | null;
}

/** What the live worker tells unasked, at most sixty times a second. */
export interface Tick {
  tick: true;
  /** By arm; none where nothing is open. */
  arms: (ArmTick | null)[];
  now: number;
  playing: boolean;
  /** Whether the machine cannot follow the speed asked for. */
  behind: boolean;
  /** Simulated seconds a second of real time, as they were reached. */
  reached: number;
  /** Where a fast-forward is going to, while it goes on. */
  goal: number | null;
}

export interface ArmTick {
  frame: Float64Array;
  /** Rows that are new since the last tick, one after another, and the position of the first of them. */
  rows: Float64Array | null;
  firstRow: number;
  /** How many rows are valid: a change of the past takes back later ones. */
  rowCount: number;
  /** New entries of the log, from `firstLog` on. */
  log: LogEntry[];
  firstLog: number;
}

/** What the page can offer, all from the engine: kinds of nodes, parameters, metrics, faults. */
export interface Catalogue {
  version: string;
  results: number;
  /** The JSON Schema of a scenario. */
  schema: JsonSchema;
  kinds: Kind[];
  metrics: MetricInfo[];
  faults: FaultInfo[];
}

export interface Kind {
  /** As in scenario text: `Service`. */
  variant: string;
  /** As in reports: `service`. */
  word: string;
  doc: string;
  /** What a node of this kind models, what it does not, which law it follows. */
  models: string;
  modelsNot: string;
}

export interface MetricInfo {
  name: string;
  unit: string;
  doc: string;
  better: 'less' | 'more' | 'neither';
  scopes: string[];
}

export interface FaultInfo {
  /** As in scenario text: `Crash`. */
  name: string;
  doc: string;
  /** The kinds of nodes it strikes, by their words; `link` for links. */
  strikes: string[];
  /** Whether it can strike one instance of a node, such as `app/3`. */
  perInstance: boolean;
  /** As in scenario text, with `{target}` where the target goes. */
  template: string;
}

export type JsonSchema = { [key: string]: any };

/** A proposal of the editor's completion. */
export interface Completion {
  label: string;
  /** The text that replaces what stands from `from` to `to`. */
  insert: string;
  from: number;
  to: number;
  detail: string;
  doc: string;
  kind: 'field' | 'variant' | 'value' | 'name';
}

/**
 * A place of the scenario, written or not, with what is below it: what an inspector builds its controls from.
 * From `scenario::outline::outline(text, path)`; `path` is empty for the whole scenario, `nodes.app` for a node.
 */
export interface Outline {
  /** Where edits find it: `{ do: 'set', path, value }`, whether it is written or not. */
  path: string;
  /** The field, the key, the number in its list, or the variant in whose brackets it stands. */
  name: string;
  kind: 'table' | 'choice' | 'map' | 'list' | 'tuple' | 'quantity' | 'whole' | 'truth' | 'text' | 'anything';
  /** What the schema calls the table or choice: `Policy`. `Distribution2` and the like are those of another unit. */
  table: string | null;
  doc: string;
  /** Whether there has to be something. */
  required: boolean;
  /** Whether nothing may stand there: to take it away, `{ do: 'remove', path }`. */
  optional: boolean;
  written: boolean;
  /** As written, else what is taken instead, in scenario text (`"5ms"` with its quotes); null where that is nothing. */
  text: string | null;
  /** What is taken if nothing is written, in scenario text. */
  default: string | null;
  /** The value as written. */
  span: { start: number; end: number } | null;
  /** Of a quantity. A `ratio` or `number` can do without quotes. */
  unit: 'time' | 'rate' | 'ratio' | 'size' | 'bandwidth' | 'number' | null;
  /** How a quantity can be written, in scenario text. */
  examples: string[];
  /** The least number, or the least number of elements of a list. */
  minimum: number | null;
  maximum: number | null;
  /** What a text can name, as far as the scenario has it; empty for a text that is free. */
  names: string[];
  /** What a key of a map can name. */
  keys: string[];
  /** The variant of a choice, as written or as taken. */
  variant: string | null;
  variants: OutlineVariant[];
  /** The groups of fields of which a table has exactly one: `[["median", "p99"], ["mean", "cv"]]`. */
  one_of: string[][];
  /** A value to begin with, in scenario text. */
  template: string;
  /** What further elements of a list or map are; it stands nowhere, so its `path` is empty and it has no parts. */
  item: Outline | null;
  /**
   * Of a table all fields, written or not, in the order of the documentation; of a list, map or tuple what is written; of a
   * choice what is in the brackets of its variant: the fields of a variant with fields, else one part named after the variant.
   * Nothing is below what is not written, except where a table with defaults is taken (`run`, `run.limits`).
   */
  parts: Outline[];
}

export interface OutlineVariant {
  name: string;
  doc: string;
  /** With what it needs, to be put in place of another one: `{ do: 'set', path, value: template }`. */
  template: string;
}
