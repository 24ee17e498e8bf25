import { afterEach, describe, expect, test } from 'vitest';
import { language } from '../language';
import { explain, trend, type Facts } from './explain';
import { downSince } from './facts';

/** A service of four instances that does what it is asked for. */
const CALM: Facts = {
  isClient: false,
  rate: 500,
  failed: 0,
  completed: NaN,
  retried: NaN,
  p99: 20,
  present: 4,
  waiting: 0,
  utilization: 0.4,
  hitRatio: NaN,
  capacity: 250,
  ready: 4,
  booting: 0,
  down: 0,
  slow: 0,
  still: 0,
  instances: 4,
  downSince: null,
  pools: [{ name: 'cores', servers: 8 }],
  mainPool: 'cores',
  callers: 1,
  retriesIn: 0,
  rateIn: 500,
  callees: [],
  waited: [0, 1, 0, 0, 2, 0, 1, 0],
  waitedSpan: 7,
};
const RISING = [10, 40, 90, 120, 180, 220, 260, 300];
const FALLING = RISING.toReversed();
const THREADS = [
  { name: 'threads', servers: 256 },
  { name: 'cores', servers: 8 },
];

const told = (facts: Partial<Facts>) => explain({ ...CALM, ...facts }).text.replaceAll('\u00a0', ' ');

afterEach(() => {
  language.current = 'en';
});

test.each<[string, Partial<Facts>, string]>([
  ['easy', {}, 'Keeps up easily: 40.0% busy.'],
  ['busy', { utilization: 0.82 }, 'Busy but keeping up: 82.0% busy.'],
  ['full', { utilization: 0.99 }, 'At its limit: 99.0% busy.'],
  ['more arrives than is served', { rate: 1050, waited: RISING, waiting: 300, utilization: 1 }, 'Queue grows: 1.05 k/s arrive, 1.00 k/s can be served.'],
  ['more arrives, but nobody waits longer', { rate: 1050, utilization: 1 }, 'At its limit: 100% busy.'],
  ['far more arrives, and callers give up', { rate: 1200, utilization: 1 }, 'Overloaded: 1.20 k/s arrive, 1.00 k/s can be served.'],
  ['the line grows for another reason', { waited: RISING, waiting: 300 }, 'Queue grows: 300 wait, 290 more than 7.00 s ago.'],
  ['the line has gone since', { waited: RISING, waiting: 3 }, 'Keeps up easily: 40.0% busy.'],
  ['no bound is known', { rate: 1050, capacity: null, waited: RISING, waiting: 300 }, 'Queue grows: 300 wait, 290 more than 7.00 s ago.'],
  ['an instance less can serve less', { rate: 800, ready: 3, waited: RISING, waiting: 300 }, 'Queue grows: 800/s arrive, 750/s can be served.'],
  ['the line gets shorter', { waited: FALLING, waiting: 10, utilization: 1 }, 'Queue shrinks: 10 wait, 290 fewer than 7.00 s ago.'],
  ['a full line turns away', { rate: 1500, failed: 500, utilization: 1 }, 'Overloaded: 1.50 k/s arrive, 1.00 k/s can be served; 33.3% fail here.'],
  ['failing without overload', { rate: 500, failed: 50 }, '10.0% of what arrives fails here.'],
  ['idle', { rate: 0, present: 0 }, 'Idle: nothing arrives.'],
  ['not idle while something is inside', { rate: 0, present: 3 }, 'Keeps up easily: 40.0% busy.'],
  ['nobody calls', { callers: 0, rate: 0 }, 'Nobody calls it.'],
  ['down', { ready: 0, down: 4, downSince: 185 }, 'Down since 3:05.0.'],
  ['down, since when is not clear', { ready: 0, down: 4 }, 'Down: no instance takes requests.'],
  ['some are down', { ready: 3, down: 1, downSince: 185 }, 'Keeps up easily: 40.0% busy. 1 of 4 instances down since 3:05.0.'],
  ['one is slow', { slow: 1 }, 'Keeps up easily: 40.0% busy. 1 of 4 instances is slow.'],
  ['two stand still', { still: 2 }, 'Keeps up easily: 40.0% busy. 2 of 4 instances are standing still.'],
  ['boots', { ready: 0, booting: 4 }, 'Boots: none of 4 instances is ready yet.'],
  ['cache', { utilization: NaN, capacity: null, pools: [], instances: 0, hitRatio: 0.92 }, 'Most answers come from the cache (92.0%).'],
  ['cold cache', { utilization: NaN, capacity: null, pools: [], instances: 0, hitRatio: 0.3 }, 'The cache answers 30.0%; the rest is fetched.'],
  ['retries', { retriesIn: 200 }, 'Keeps up easily: 40.0% busy. Retries make up 40.0% of the load.'],
  ['few retries are not worth a word', { retriesIn: 20 }, 'Keeps up easily: 40.0% busy.'],
  [
    'a balancer',
    { utilization: NaN, capacity: null, pools: [], instances: 0, callees: [{ name: 'app', waiting: 0, utilization: 0.4, ready: 4 }] },
    'Passes on 500/s to app.',
  ],
])('%s', (_, facts, expected) => expect(told(facts)).toBe(expected));

describe('threads that are held', () => {
  const held: Partial<Facts> = {
    pools: THREADS,
    present: 300,
    waiting: 44,
    utilization: 0.3,
    callees: [
      { name: 'cache', waiting: 0, utilization: NaN, ready: NaN },
      { name: 'db', waiting: 200, utilization: 1, ready: 1 },
    ],
  };

  test('by calls to one that is full', () => expect(told(held)).toBe('Waits for db: its threads are held by calls.'));

  test('with a line that grows', () => {
    const expected = 'Queue grows: 300 wait, 290 more than 7.00 s ago. Waits for db: its threads are held by calls.';
    expect(told({ ...held, waited: RISING, waiting: 300, present: 556 })).toBe(expected);
  });

  test('by something else, where nobody below is full', () => {
    const expected = 'All its threads are held by requests that wait; the cores are 30.0% busy.';
    expect(told({ ...held, callees: [] })).toBe(expected);
  });

  test('not said while threads are free, or while its own cores are busy', () => {
    expect(told({ ...held, present: 120, waiting: 0 })).toBe('Keeps up easily: 30.0% busy.');
    expect(told({ ...held, utilization: 0.96 })).toBe('At its limit: 96.0% busy.');
  });
});

test.each<[string, Partial<Facts>, string]>([
  ['all is well', { completed: 500 }, '500/s sent, none fails; 99 % are answered within 20.0 ms.'],
  ['some fail', { completed: 400, failed: 100 }, '500/s sent; of what ends, 20.0% fails.'],
  ['no answer yet', { completed: 0 }, '500/s sent, nothing is answered yet.'],
  ['nothing', { rate: 0, present: 0, completed: 0 }, 'Sends nothing at present.'],
  ['tries again', { completed: 500, retried: 500 }, '500/s sent, none fails; 99 % are answered within 20.0 ms. Retries make up 50.0% of the load.'],
])('clients: %s', (_, facts, expected) => expect(told({ isClient: true, ...facts })).toBe(expected));

test('in Spanish', () => {
  language.current = 'es';
  expect(told({ rate: 1050, waited: RISING, waiting: 300, utilization: 1 })).toBe('La cola crece: llegan 1,05 k/s, se pueden atender 1,00 k/s.');
});

test('trouble is told from business', () => {
  expect(explain(CALM).mood).toBe('calm');
  expect(explain({ ...CALM, utilization: 0.82 }).mood).toBe('busy');
  expect(explain({ ...CALM, utilization: 0.82, down: 1, ready: 3, downSince: 4 }).mood).toBe('trouble');
});

test('a line grows only where both ends and both halves say so', () => {
  expect(trend(RISING)).toBe(290);
  expect(trend(FALLING)).toBe(-290);
  expect(trend([0, 0, 50, 40, 30, 20, 10, 5])).toBe(0);
  expect(trend([0, 0, 0, 0, 0, 0, 0, 30])).toBe(30);
  expect(trend([0, 3, 1, 0, 2, 0, 0, 9])).toBe(0);
  expect(trend([0, 1, 2, 3, 2, 1, 2, 3])).toBe(0);
  expect(trend([5, 900])).toBe(0);
  expect(trend([NaN, NaN, 10, 20, 30, 40, 50])).toBe(40);
});

test('since when something is down', () => {
  const entry = (at: number, what: 'broke' | 'mended', detail: string) => ({ at, what, detail, node: 'app', from: null, to: null });
  const log = [entry(3, 'broke', 'app/1'), entry(5, 'mended', 'app/1'), entry(7, 'broke', 'app/1'), entry(8, 'broke', 'app/2')];
  expect(downSince(log, ['app/1'], 10)).toBe(7);
  expect(downSince(log, ['app/1', 'app/2'], 10)).toBe(7);
  expect(downSince(log, ['app/1'], 4)).toBe(3);
  expect(downSince(log, ['app/3'], 10)).toBeNull();
  expect(downSince([...log, entry(9, 'broke', 'app/2')], ['app/2'], 10)).toBeNull();
});
