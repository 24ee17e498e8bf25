// `svelte-check` has to find every mistake that is planted here: some versions have passed whatever there was.
import { spawnSync } from 'node:child_process';

const EXPECTED = [
  ['Planted.svelte', "Property 'size' does not exist"],
  ['Planted.svelte', 'is not assignable to type'],
  ['Planted.svelte', 'a11y_missing_attribute'],
  ['planted.ts', "'number | undefined' is not assignable to type 'number'"],
];

const program = 'node_modules/svelte-check/bin/svelte-check';
const options = ['--tsconfig', 'planted/tsconfig.json', '--output', 'machine', '--fail-on-warnings'];
const { stdout, status } = spawnSync(process.execPath, [program, ...options], { encoding: 'utf8' });
const found = stdout.split('\n').filter((line) => / (ERROR|WARNING) "/.test(line));
for (const line of found) console.log(line.replace(/^\d+ /, ''));
const missed = EXPECTED.filter(([file, message]) => !found.some((line) => line.includes(file) && line.includes(message)));
for (const [file, message] of missed) console.error(`not found: ${file}: ${message}`);
if (missed.length > 0 || status === 0) process.exit(1);
console.log(`svelte-check finds all ${EXPECTED.length} planted mistakes`);
