// A Chromium and a server of the built page, for the scripts that measure it and take pictures of it.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { chromium } from '@playwright/test';

const USUAL = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

export function launch() {
  const executablePath = process.env.CHROMIUM || USUAL.find((path) => existsSync(path));
  const quiet = ['--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
  return chromium.launch({ ...(executablePath && { executablePath }), args: ['--no-sandbox', '--disable-gpu', ...quiet] });
}

/** Serves a built page with the command named by `ESCALA` if it is there, else with Vite's own server. */
export async function servePage(folder) {
  const escala = process.env.ESCALA;
  const isShipped = escala !== undefined && existsSync(escala);
  const [program, ...options] = isShipped
    ? [escala, 'serve', '--port', '0', '--page', folder]
    : [process.execPath, 'node_modules/vite/bin/vite.js', 'preview', '--host', '127.0.0.1', '--port', '0', '--outDir', folder];
  const child = spawn(program, options, { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, NO_COLOR: '1' } });
  const ended = new Promise((_, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`${program} ended with ${code}`)));
  });
  ended.catch(() => {});
  const url = await Promise.race([addressIn(child.stdout), ended]);
  return { url, by: isShipped ? 'escala serve' : 'vite preview', stop: () => child.kill() };
}

async function addressIn(stream) {
  for await (const line of createInterface({ input: stream })) {
    const found = line.match(/https?:\/\/\S+/);
    if (found) {
      stream.resume();
      return found[0];
    }
  }
  throw new Error('the server does not say where it is');
}
