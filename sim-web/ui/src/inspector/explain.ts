// One or two sentences about what is going on at a node. Pure: each is said only where the numbers show it.
import { numbers } from '../language';
import { sentences as say } from './sentences';

/** What is known of a node at a moment. `NaN` where something is not known. */
export interface Facts {
  isClient: boolean;
  /** Visits a second, lately; of a client the requests that it sends. */
  rate: number;
  /** Those that failed, a second. */
  failed: number;
  /** Of a client: answered and tried again, a second. */
  completed: number;
  retried: number;
  p99: number;
  present: number;
  waiting: number;
  utilization: number;
  hitRatio: number;
  /** Visits a second that one instance can serve; none where there is no bound. */
  capacity: number | null;
  ready: number;
  booting: number;
  /** Instances that are down, slow, standing still, and how many there are of all. */
  down: number;
  slow: number;
  still: number;
  instances: number;
  downSince: number | null;
  /** Names of its pools, with what they have in all ready instances; none where there is no bound. */
  pools: { name: string; servers: number | null }[];
  mainPool: string | null;
  /** Who calls it, and how much of that is tried again, a second. */
  callers: number;
  retriesIn: number;
  rateIn: number;
  /** Whom it calls. */
  callees: Callee[];
  /** How many waited at the end of the last intervals, the oldest first, and the span they cover in seconds. */
  waited: number[];
  waitedSpan: number;
}

export interface Callee {
  name: string;
  waiting: number;
  utilization: number;
  ready: number;
}

export type Mood = 'calm' | 'busy' | 'trouble';

export interface Explanation {
  text: string;
  mood: Mood;
}

/** A share of retries that is worth a word. */
const MANY_RETRIES = 0.2;
/** A share of failures that is worth a word. */
const SOME_FAIL = 0.005;
/** So much more than can be served is no chance. */
const CLEARLY = 1.05;
const BUSY = 0.7;
const FULL = 0.95;

/** What is going on, the weightiest first. */
export function explain(facts: Facts): Explanation {
  const first = facts.isClient ? client(facts) : (standing(facts) ?? flow(facts));
  const further = facts.isClient ? [retried(facts)] : [partly(facts), retries(facts)];
  const all = [first, ...further.filter((one) => one !== null)];
  const worst = all.some((one) => one.mood === 'trouble') ? 'trouble' : all.some((one) => one.mood === 'busy') ? 'busy' : 'calm';
  return { text: all.map((one) => one.text).join(' '), mood: worst };
}

/** Whether the line got longer or shorter over the last intervals, and by how much; 0 where that is chance. */
export function trend(waited: readonly number[]): number {
  const known = waited.filter((count) => !Number.isNaN(count));
  if (known.length < 5) return 0;
  const [first = 0, last = 0] = [known[0], known[known.length - 1]];
  const third = Math.ceil(known.length / 3);
  const mean = (part: readonly number[]) => part.reduce((sum, one) => sum + one, 0) / part.length;
  const drift = mean(known.slice(-third)) - mean(known.slice(0, third));
  const change = last - first;
  const least = Math.max(10, 0.25 * Math.max(first, last));
  // Ends and averages have to agree: a burst moves the one or the other.
  const agree = Math.sign(change) === Math.sign(drift) && Math.abs(drift) >= least / 2;
  return agree && Math.abs(change) >= least ? change : 0;
}

function calm(text: string): Explanation {
  return { text, mood: 'calm' };
}

function busy(text: string): Explanation {
  return { text, mood: 'busy' };
}

function trouble(text: string): Explanation {
  return { text, mood: 'trouble' };
}

/** Whether it takes part at all. */
function standing(facts: Facts): Explanation | null {
  const { instances, ready, booting, down } = facts;
  if (instances > 0 && ready === 0 && down > 0 && down + booting >= instances && booting === 0) {
    return trouble(facts.downSince === null ? say.downUnknown : say.down(numbers.clock(facts.downSince)));
  }
  if (instances > 0 && ready === 0 && booting > 0 && down === 0) return busy(say.booting(numbers.count(booting)));
  if (facts.callers === 0) return calm(say.nobodyCalls);
  if (facts.rate === 0 && facts.present === 0) return calm(say.idle);
  return null;
}

/** How it copes with what arrives. */
function flow(facts: Facts): Explanation {
  const { rate, capacity, ready, utilization, waiting } = facts;
  const served = capacity === null ? NaN : capacity * ready;
  // What the intervals tell has to be true still.
  const before = facts.waited.find((count) => !Number.isNaN(count)) ?? 0;
  const tended = trend(facts.waited);
  const change = tended !== 0 && Math.sign(waiting - before) === Math.sign(tended) ? waiting - before : 0;
  const span = numbers.span(facts.waitedSpan);
  const failedShare = rate > 0 ? facts.failed / rate : 0;
  const held = holding(facts);
  if (change > 0) {
    if (rate > served) return trouble(say.growsOver(numbers.rate(rate), numbers.rate(served)));
    const grows = say.grows(numbers.count(waiting), numbers.count(change), span);
    return trouble(held ? `${grows} ${held}` : grows);
  }
  if (held) return trouble(held);
  if (failedShare >= SOME_FAIL && rate > served) {
    return trouble(say.overloadedFails(numbers.rate(rate), numbers.rate(served), numbers.share(failedShare)));
  }
  if (failedShare >= SOME_FAIL) return trouble(say.failing(numbers.share(Math.min(1, failedShare))));
  if (utilization >= FULL && rate > served * CLEARLY) return trouble(say.overloaded(numbers.rate(rate), numbers.rate(served)));
  if (change < 0) return busy(say.shrinks(numbers.count(waiting), numbers.count(-change), span));
  if (utilization >= FULL) return busy(say.atLimit(numbers.share(utilization)));
  if (utilization >= BUSY) return busy(say.keepsUp(numbers.share(utilization)));
  if (facts.hitRatio >= 0.5) return calm(say.cacheMost(numbers.share(facts.hitRatio)));
  if (facts.hitRatio >= 0) return calm(say.cacheSome(numbers.share(facts.hitRatio)));
  if (!Number.isNaN(utilization)) return calm(say.easy(numbers.share(utilization)));
  const targets = facts.callees.map(({ name }) => name).join(', ');
  return calm(targets === '' ? say.serves(numbers.rate(rate)) : say.passesOn(numbers.rate(rate), targets));
}

/** Whether all threads are held by requests that are not computed on, and by whom. */
function holding(facts: Facts): string | null {
  const threads = facts.pools.find(({ name }) => name === 'threads');
  if (!threads || threads.servers === null || !(facts.utilization < BUSY) || facts.mainPool === 'threads') return null;
  const inside = facts.present - facts.waiting;
  if (!(facts.waiting > 0) || !(inside >= FULL * threads.servers)) return null;
  const [slowest] = facts.callees
    .filter((callee) => callee.ready === 0 || callee.waiting > 0 || callee.utilization >= FULL)
    .toSorted((one, other) => (other.waiting || 0) - (one.waiting || 0));
  return slowest ? say.waitsFor(slowest.name, say.threads) : say.waitsSomewhere(say.threads, numbers.share(facts.utilization));
}

/** Some of its instances are not as they should be. */
function partly({ down, slow, still, instances, downSince, ready }: Facts): Explanation | null {
  const [all, count] = [numbers.count(instances), numbers.count];
  if (down > 0 && ready > 0 && downSince !== null) return trouble(say.someDown(count(down), all, numbers.clock(downSince)));
  if (still > 0) return trouble(still === 1 ? say.someStill(count(still), all) : say.someStillMany(count(still), all));
  if (slow > 0) return trouble(slow === 1 ? say.someSlow(count(slow), all) : say.someSlowMany(count(slow), all));
  return null;
}

function retries({ retriesIn, rateIn }: Facts): Explanation | null {
  const share = rateIn > 0 ? retriesIn / rateIn : 0;
  return share >= MANY_RETRIES ? trouble(say.retries(numbers.share(share))) : null;
}

function retried({ rate, retried: again }: Facts): Explanation | null {
  const share = rate + again > 0 ? again / (rate + again) : 0;
  return share >= MANY_RETRIES ? trouble(say.retries(numbers.share(share))) : null;
}

/** What a client gets for what it sends. */
function client({ rate, failed, completed, p99, present }: Facts): Explanation {
  if (rate === 0 && present === 0) return calm(say.sendsNothing);
  const ended = failed + completed;
  if (!(ended > 0)) return busy(say.sendsNoAnswer(numbers.rate(rate)));
  const share = failed / ended;
  if (share > 0) {
    const text = say.sendsFailing(numbers.rate(rate), numbers.share(share));
    return share >= SOME_FAIL ? trouble(text) : busy(text);
  }
  return calm(say.sendsGood(numbers.rate(rate), numbers.latency(p99)));
}
