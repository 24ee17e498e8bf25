// Vite's part of working offline: a service worker that knows every file of this build.
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import type { Plugin } from 'vite';

const WORKER = 'sw.js';

export function offline(): Plugin {
  let folder = '';
  return {
    name: 'escala-offline',
    apply: 'build',
    configResolved(config) {
      folder = config.build.outDir;
    },
    // When all is written: what the page opens with and what lies in `public` are no part of the bundle before.
    closeBundle() {
      const files = filesOf(folder).filter((file) => file !== WORKER);
      const template = readFileSync(new URL('./sw.js', import.meta.url), 'utf8');
      writeFileSync(join(folder, WORKER), serviceWorker(template, files, (file) => readFileSync(join(folder, file))));
    },
  };
}

/** The service worker for these files. It changes if and only if one of them does, and so browsers know when to update. */
export function serviceWorker(template: string, files: string[], read: (file: string) => Uint8Array | string): string {
  const hash = createHash('sha256');
  for (const file of files) hash.update(file).update('\0').update(read(file));
  const version = hash.digest('hex').slice(0, 16);
  return template.replace('__VERSION__', version).replace("['__FILES__']", JSON.stringify(files));
}

function filesOf(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map((file) => relative(folder, join(file.parentPath, file.name)).split(sep).join('/')).sort();
}
