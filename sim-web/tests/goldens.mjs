// Runs every golden in the WASM build and compares it with what the native build wrote: whole runs, and, of those that are not long,
// live runs of the script that the scenario compiles to.
//
// node sim-web/tests/goldens.mjs BINDINGS
//
// BINDINGS is the folder of the bindings for Node (`cargo xtask wasm`). `draws.txt` has lines `seed count digest`,
// `models/goldens.txt` has lines `path case events digest`: the path is relative to `models`, the case is `-` where
// the model is run as it stands. In both, a line starting with `#` is a comment.

import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const tests = dirname(fileURLToPath(import.meta.url));
const models = resolve(tests, "../../models");
const bindings = process.argv[2];
if (bindings === undefined) {
  console.error("usage: node goldens.mjs BINDINGS");
  process.exit(2);
}
const load = (part) => createRequire(import.meta.url)(join(resolve(bindings), part));
const escala = load("sim_web.js");
const { Arm, run } = load("sim_web_live.js");
/** Live runs are gone through a second time only up to so many events. */
const MOST_LIVE_EVENTS = 2_000_000;

const rows = (file) =>
  readFileSync(file, "utf8")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => line.split(/\s+/));

const draws = ([seed, count, digest]) => ({
  name: `draws of seed ${seed}, ${count}`,
  expected: digest,
  found: () => escala.draws_digest(BigInt(seed), Number(count)),
});

/** What `check` makes of the scenario of a golden, compiled. */
function using([path, name], check) {
  const text = readFileSync(join(models, path), "utf8");
  const scenario = new escala.Scenario(name === "-" ? text : JSON.parse(escala.case_text(text, name)).value.text);
  try {
    return check(scenario);
  } finally {
    scenario.free();
  }
}

const model = ([path, name, events, digest]) => ({
  name: `${path} ${name}`,
  expected: `${events} ${digest}`,
  found: () =>
    using([path, name], (scenario) => {
      const report = JSON.parse(scenario.whole_report(run(scenario.script(), undefined, scenario.watch())));
      return `${report.events} ${report.digest}`;
    }),
});

const live = ([path, name, events, digest]) => ({
  name: `${path} ${name}, live`,
  expected: digest,
  found: () =>
    using([path, name], (scenario) => {
      const arm = new Arm(scenario.script());
      while (arm.advance(1e9, Number(events)) === 0);
      const found = arm.digest();
      arm.free();
      return found;
    }),
});

const goldens = join(models, "goldens.txt");
const checks = rows(join(tests, "draws.txt")).map(draws);
if (existsSync(goldens)) {
  const all = rows(goldens);
  checks.push(...all.map(model), ...all.filter(([, , events]) => Number(events) <= MOST_LIVE_EVENTS).map(live));
} else {
  console.log("note: models/goldens.txt does not exist, so no model is checked");
}

let passed = 0;
let failed = 0;
for (const { name, expected, found } of checks) {
  let value;
  try {
    value = found();
  } catch (error) {
    value = `error: ${error.message ?? error}`;
  }
  if (value === expected) {
    passed += 1;
  } else {
    failed += 1;
    console.log(`FAILED ${name}\n  expected ${expected}\n  found    ${value}`);
  }
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
