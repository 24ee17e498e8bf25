// What a guided tour is made of.
import type { Actor, Look } from '../look';

export interface Step {
  id: string;
  title: () => string;
  /** What the reader is to do. */
  ask: () => string;
  /** Whether the reader has caused it. */
  isDone: (look: Look) => boolean;
  /** Does it for the reader. */
  show: (actor: Actor) => Promise<unknown>;
  /** Why it is so, with the numbers of this run. */
  why: (look: Look) => string;
}

export interface Tour {
  id: string;
  /** What the scenario is called while the tour goes on. */
  name: string;
  text: string;
  /** The nodes it talks of: without them it is another scenario. */
  nodes: string[];
  /** Simulated seconds a second to begin with. */
  speed: number;
  readonly words: { readonly title: string; readonly question: string; readonly free: string };
  steps: Step[];
}
