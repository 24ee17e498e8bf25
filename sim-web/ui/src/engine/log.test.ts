// The log and the findings of real runs, as they come from one part of the engine and go to the other.
import { beforeAll, expect, test } from 'vitest';
import { Scenario } from '../../../pkg/sim_web.js';
import { run } from '../../../pkg/sim_web_live.js';
import { entriesOf } from './live';
import { armOf, startEngine } from './testing';

beforeAll(startEngine);

const TEXT = `(
  run: (duration: "30s", seed: 11),
  nodes: {
    "users": Clients(to: "app", load: Open(rate: "50/s")),
    "app": Service(cores: 1, instances: 2, serve: [Cpu(Exp("10ms"))]),
  },
  timeline: [At("3s", Crash(target: "app/1", for: "2s")), At("10s", Set("nodes.users.load.rate", "80/s"))],
)`;

test('what broke is in the log, in words', () => {
  const arm = armOf(TEXT);
  arm.advance(6, 1_000_000);
  expect(entriesOf(arm.log(0))).toEqual([
    { at: 3, node: 'app', what: 'broke', from: null, to: null, detail: 'app/1' },
    { at: 5, node: 'app', what: 'mended', from: null, to: null, detail: 'app/1' },
  ]);
  expect(arm.log(2)).toEqual([]);
});

test('what a run has found is the report of the whole run, wherever it is made', () => {
  const arm = armOf(TEXT);
  arm.advance(1e9, 100_000_000);
  const report = JSON.parse(new Scenario(TEXT).report(arm.findings())) as Record<string, unknown>;
  const scenario = new Scenario(TEXT);
  const whole = JSON.parse(scenario.whole_report(run(scenario.script(), undefined, scenario.watch()))) as Record<string, unknown>;
  expect(report['digest']).toBe(arm.digest());
  // Only a whole run has batches, of which its intervals come.
  for (const key of ['interval95', 'expect']) delete report[key], delete whole[key];
  expect(report).toEqual(whole);
});

test('findings of another scenario are refused', () => {
  const arm = armOf(TEXT);
  arm.advance(1, 1_000_000);
  const other = new Scenario('(run: (duration: "1s"), nodes: {"a": Clients(to: "b", load: Open(rate: "1/s")), "b": Service(cores: 1, serve: [Cpu(Exp("1ms"))])})');
  expect(() => other.report(arm.findings())).toThrow('no findings of a run of this scenario');
  expect(() => other.report(Uint8Array.of(1, 2, 3))).toThrow('no findings');
});
