// A plain host of static files, as people have them: a folder under a path, without any knowledge of the page.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';

const TYPES: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
};

export interface Host {
  url: string;
  /** Files by their path in the page, which are served in place of those in the folder. */
  changed: Map<string, string>;
  stop(): Promise<void>;
}

export async function host(folder: string, path: string): Promise<Host> {
  const changed = new Map<string, string>();
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://host');
    const file = pathname.startsWith(path) ? pathname.slice(path.length) || 'index.html' : null;
    try {
      if (file === null) throw new Error('it lies elsewhere');
      const bytes = changed.get(file) ?? (await readFile(join(folder, file)));
      // Many hosts say that their answers vary, which once made the kept ones useless.
      response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream', vary: 'Origin' });
      response.end(bytes);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  const stop = () =>
    new Promise<void>((stopped) => {
      server.close(() => stopped());
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${port}${path}`, changed, stop };
}
