// What a menu of the graph shows, and where.
import type { Subject } from './scene.svelte';

/** What can be broken, what can be edited, whom to connect to, or the first two. */
export type Part = 'faults' | 'edit' | 'connect' | 'all';

export interface OpenMenu {
  subject: Subject;
  part: Part;
  /** Of its corner, in pixels of the region. */
  x: number;
  y: number;
}
