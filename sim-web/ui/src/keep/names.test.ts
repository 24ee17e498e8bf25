// Names of files, and titles.
import { describe, expect, it } from 'vitest';
import { fileName } from './names';
import { paragraphsOf, stemOf, titleOf } from './title';

describe('file names', () => {
  it('are plain', () => {
    expect(fileName('three-tier', 'graph', 'svg')).toBe('three-tier-graph.svg');
    expect(fileName('Tienda de Ñandú', '', 'ron')).toBe('Tienda-de-Ñandú.ron');
  });

  it('cannot leave their folder, hide, or be a device', () => {
    expect(fileName('../../etc/passwd', '', 'ron')).toBe('etc-passwd.ron');
    expect(fileName('..\\x', 'b', 'csv')).toBe('x-b.csv');
    expect(fileName('.hidden', '', 'ron')).toBe('hidden.ron');
    expect(fileName('CON', '', 'ron')).toBe('scenario-CON.ron');
    expect(fileName('a<b>:"|?*\u0000', '', 'ron')).toBe('a-b.ron');
  });

  it('are never empty and never too long', () => {
    expect(fileName('', 'graph', 'png')).toBe('scenario-graph.png');
    expect(fileName('///', '', 'ron')).toBe('scenario.ron');
    expect(fileName('x'.repeat(500), '', 'ron')).toHaveLength(64);
  });
});

describe('a scenario without a name', () => {
  const question = 'Why does a database stay down after the outage\nthat brought it down is over, and what brings it back?   R52 R47\n\nMore.';

  it('is called by its question', () => {
    expect(titleOf({ name: '', question })).toBe('Why does a database stay down after the outage that brought it down is over, and what…');
    expect(titleOf({ name: 'storm', question })).toBe('storm');
    expect(titleOf({ name: '', question: '' })).toBe('Scenario');
    expect(fileName(stemOf({ name: '', question }), '', 'ron')).toBe('why-does-a-database-stay-down-after-the.ron');
  });

  it('has its question as paragraphs, without marks for authors', () => {
    expect(paragraphsOf(question)).toEqual([
      'Why does a database stay down after the outage that brought it down is over, and what brings it back?',
      'More.',
    ]);
  });
});
