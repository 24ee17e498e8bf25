// A glyph for each kind of node, as strokes in a square of 16 px, for canvases and for SVG alike.

const DEFAULT = 'M3 3h10v10H3zM8 6.5v3M6.5 8h3';

const BY_KIND: Readonly<Record<string, string>> = {
  // People.
  clients: 'M5.5 7.2a2.2 2.2 0 1 0 0-4.4a2.2 2.2 0 1 0 0 4.4zM1.5 13.5c0-5.6 8-5.6 8 0zM10.6 3.2a2 2 0 1 1 .4 3.9M11.6 9.4c2 .3 3 1.8 3 4.1h-2.4',
  // A sign that points.
  dns: 'M8 14.5v-13M3 3h8l2.5 2L11 7H3zM8 9h4v3.5H8',
  // One way that becomes three.
  balancer: 'M1.5 8h5M6.5 8c3 0 2.500-4.500 6-4.500M6.500 8h7M6.500 8c3 0 2.500 4.500 6 4.500M11 1.800l2 1.700l-2 1.700M12 6.300l2 1.700l-2 1.700M11 10.800l2 1.700l-2 1.700',
  // A rack.
  service: 'M2.5 2.5h11v4.500h-11zM2.500 9h11v4.500h-11zM5 4.750h.01M5 11.250h.01M8 4.750h3.500M8 11.250h3.500',
  // A flash of memory.
  cache: 'M9 1.500L3.500 9H7.500L6.500 14.500L12.500 6.500H8.500z',
  // A drum.
  database: 'M2.500 4c0-2.700 11-2.700 11 0v8c0 2.700-11 2.700-11 0zM2.500 4c0 2.700 11 2.700 11 0M2.500 8c0 2.700 11 2.700 11 0',
  // A line of boxes.
  queue: 'M1.500 5.500h3.500v5h-3.500zM6.250 5.500h3.500v5h-3.500zM11 5.500h3.500v5h-3.500z',
};

export function glyphOf(kind: string): string {
  return BY_KIND[kind] ?? DEFAULT;
}

const paths = new Map<string, Path2D>();

/** The same for a canvas. */
export function glyphPath(kind: string): Path2D {
  let path = paths.get(kind);
  if (!path) {
    path = new Path2D(glyphOf(kind));
    paths.set(kind, path);
  }
  return path;
}
