// The colours of palette.css for canvases, which cannot read custom properties; and the choice between light and dark.

const NAMES = [
  ...['paper', 'raised', 'ink', 'faint', 'axis', 'grid', 'beside', 'accent', 'on-accent', 'accent-wash'],
  ...['series-1', 'series-2', 'series-3', 'series-4', 'series-5', 'series-6', 'arm-a', 'arm-b', 'arm-b-text'],
  ...['warning', 'warning-text', 'warning-wash', 'error', 'error-text', 'error-wash'],
  ...Array.from({ length: 10 }, (_, step) => `use-${step}`),
  ...Array.from({ length: 10 }, (_, step) => `on-use-${step}`),
] as const;

export type Colours = Record<string, string> & {
  readonly paper: string;
  readonly raised: string;
  readonly ink: string;
  readonly faint: string;
  readonly axis: string;
  readonly grid: string;
  readonly beside: string;
  readonly accent: string;
  readonly warning: string;
  readonly error: string;
};

export type Theme = 'system' | 'light' | 'dark';

const KEY = 'escala.theme';

let known: Colours | null = null;
const listeners = new Set<() => void>();

/** All colours as they are now: `colours().ink`, `colours()['use-3']`. */
export function colours(): Colours {
  known ??= read();
  return known;
}

/** The step of the ramp for a utilization from 0 to 1. */
export function useStep(utilization: number): number {
  return Math.min(9, Math.max(0, Math.floor(utilization * 10)));
}

export function useColour(utilization: number): string {
  return colours()[`use-${useStep(utilization)}`] ?? '';
}

/** For words on {@link useColour}. */
export function onUseColour(utilization: number): string {
  return colours()[`on-use-${useStep(utilization)}`] ?? '';
}

/** Calls `draw` whenever the colours have changed; the result stops that. */
export function onThemeChange(draw: () => void): () => void {
  listeners.add(draw);
  return () => listeners.delete(draw);
}

export function theme(): Theme {
  const chosen = document.documentElement.dataset['theme'];
  return chosen === 'light' || chosen === 'dark' ? chosen : 'system';
}

export function setTheme(chosen: Theme): void {
  if (chosen === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = chosen;
  try {
    localStorage.setItem(KEY, chosen);
  } catch {
    // Storage can be forbidden; the choice then holds until the page is left.
  }
  changed();
}

/** Takes up the choice made before, and follows the system from now on. */
export function startTheme(): void {
  try {
    const stored = localStorage.getItem(KEY);
    if (stored === 'light' || stored === 'dark') document.documentElement.dataset['theme'] = stored;
  } catch {
    // See above.
  }
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', changed);
}

function changed(): void {
  known = null;
  for (const draw of listeners) draw();
}

/** A custom property holds `light-dark(…)`; only the colour of an element is resolved. */
function read(): Colours {
  const probe = document.createElement('span');
  document.documentElement.append(probe);
  const found: Record<string, string> = {};
  for (const name of NAMES) {
    probe.style.color = `var(--${name})`;
    found[name] = getComputedStyle(probe).color;
  }
  probe.remove();
  return found as Colours;
}
