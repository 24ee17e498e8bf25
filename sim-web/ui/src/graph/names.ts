// Names for new nodes.

/** `service`, then `service2`, `service3`: the first that nobody has. */
export function freshName(word: string, taken: Iterable<string>): string {
  const known = new Set(taken);
  const base = word.toLowerCase().replaceAll(/[^a-z0-9_-]/g, '') || 'node';
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? base : `${base}${number}`;
    if (!known.has(name)) return name;
  }
}

/** Why a name cannot be given; none if it can. */
export function nameProblem(name: string, others: Iterable<string>): 'empty' | 'taken' | 'sign' | null {
  if (name.trim() === '') return 'empty';
  // These divide names in targets and links: `app/3`, `app->db`.
  if (/["\\/*]|->/.test(name)) return 'sign';
  return new Set(others).has(name) ? 'taken' : null;
}
