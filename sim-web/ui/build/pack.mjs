// `node build/pack.mjs FOLDER`: puts packed variants beside the files of a built page, and prints what they weigh.
import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const PACKED = /\.(br|gz)$/;
const WORTH_IT = /\.(html|js|css|wasm|svg|json|webmanifest)$/;
/** Below this a packed file saves no packet. */
const SMALLEST = 1024;

const [folder] = process.argv.slice(2);
if (!folder) {
  console.error('usage: node build/pack.mjs FOLDER');
  process.exit(2);
}

const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name)).sort();
for (const file of files.filter((file) => PACKED.test(file))) rmSync(file);

const total = [0, 0, 0];
console.log(row('', 'raw', 'gzip', 'brotli'));
for (const file of files.filter((file) => !PACKED.test(file))) {
  const bytes = readFileSync(file);
  const isWorthIt = WORTH_IT.test(file) && bytes.length >= SMALLEST;
  const gzip = isWorthIt ? gzipSync(bytes, { level: 9 }) : null;
  const brotli = isWorthIt ? brotliCompressSync(bytes, { params: brotliFor(bytes) }) : null;
  if (gzip) writeFileSync(`${file}.gz`, gzip);
  if (brotli) writeFileSync(`${file}.br`, brotli);
  const sizes = [bytes, gzip ?? bytes, brotli ?? bytes].map((variant) => variant.length);
  sizes.forEach((size, index) => (total[index] += size));
  console.log(row(file, ...sizes.map(kilobytes)));
}
console.log(row('all', ...total.map(kilobytes)));

function brotliFor(bytes) {
  return {
    [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
    [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
  };
}

function kilobytes(size) {
  return `${(size / 1000).toFixed(1)} kB`;
}

function row(name, ...cells) {
  return name.padEnd(48) + cells.map((cell) => cell.padStart(12)).join('');
}
