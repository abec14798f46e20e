import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as stats from '../../stats/index.ts';

const root = join(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'docs/stats.md'), 'utf8');
const files = globSync('stats/**/*.ts', { cwd: root }).map((file) => readFileSync(join(root, file), 'utf8'));
const names = Object.keys(stats);

/** Definitions of a name, each with whether a doc comment ends on the line before it. */
function definitions(name: string): boolean[] {
  const pattern = new RegExp(`^(.*)\\n^export (?:function|const|class) ${name}\\b`, 'gm');
  return files.flatMap((text) => [...text.matchAll(pattern)].map(([, before = '']) => before.endsWith('*/')));
}

describe('millrace/stats', () => {
  it('has a doc comment for everything that it exports', () => {
    expect(names.length).toBeGreaterThan(200);
    expect(names.filter((name) => definitions(name).length === 0)).toEqual([]);
    expect(names.filter((name) => definitions(name).includes(false))).toEqual([]);
  });

  it('names in its page everything that it exports', () => {
    expect(names.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });

  it('names in the first column of its tables nothing that it does not export', () => {
    const folders = [...page.matchAll(/^\| `(?:distances|binning|null-laws|tests|multiplicity|distributions)`.*/gm)];
    expect(folders.length).toBeGreaterThan(4);
    const tables = page.slice(page.indexOf('## Drift between'), page.indexOf('## Precision'));
    const heads = /^\| `[^|]*\|[^|]*\|\n\|-/gm;
    const rows = tables.replaceAll(heads, '').replaceAll(/^\| Preset[\s\S]*?\n\n/gm, '');
    const named = [...rows.matchAll(/^\|([^|]*)\|/gm)].flatMap(([, cell = '']) =>
      [...cell.matchAll(/`(\w+)`/g)].map(([, name = '']) => name),
    );
    expect(named.length).toBeGreaterThan(200);
    expect(named.filter((name) => !(name in stats))).toEqual([]);
  });
});
