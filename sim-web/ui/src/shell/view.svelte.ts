// Which parts of the page are open. Features read it and open each other through it.

export type Dialog = 'help' | 'gallery' | 'export' | 'share';

class View {
  /** The text slides over the left half. */
  editor = $state(false);
  /** Numbers as a table in the place of the graph. */
  table = $state(false);
  /** The comparison of both arms in the place of the inspector. */
  compare = $state(false);
  dialog = $state<Dialog | null>(null);
  /** The guided tour that is going on. */
  tour = $state<string | null>(null);
  /** The first hint, until it is followed or dismissed. */
  hint = $state(false);
}

export const view = new View();
