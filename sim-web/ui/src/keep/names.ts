// Names of files: out of a scenario's name, safe on every system.

/** Names that Windows keeps for devices. */
const RESERVED = /^(con|prn|aux|nul|com\d|lpt\d)$/i;
const MOST_LETTERS = 60;

/** `three-tier-graph.svg`: letters, digits, points, dashes; never hidden, never empty, never too long. */
export function fileName(scenario: string, part: string, ending: string): string {
  const plain = scenario
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}._-]+/gu, '-')
    .replace(/\.{2,}/g, '.')
    .replace(/-{2,}/g, '-');
  const cut = [...plain].slice(0, MOST_LETTERS).join('').replace(/^[.-]+|[.-]+$/g, '');
  const stem = cut === '' ? 'scenario' : RESERVED.test(cut) ? `scenario-${cut}` : cut;
  return `${stem}${part === '' ? '' : `-${part}`}.${ending}`;
}
