import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCsv } from '../../cli/csv.ts';
import { escapeFormula } from '../../domain/contracts/export-cell.ts';
import { quoteLiteral } from '../../domain/sql.ts';
import { exportQuarantine } from '../../engine/export-quarantine.ts';
import { withWorkFolder } from '../../engine/work-folder.ts';
import { parquetBytes } from '../fixtures/validated.ts';

/** The CSV of a quarantine with these cells in the column `x`. */
const exported = (cells: readonly string[]) =>
  withWorkFolder('export', async (folder) => {
    const from = join(folder, 'quarantine.parquet');
    const rows = cells.map((cell, i) => `(${i + 2}, ['a:x', 'b:x'], NULL, ${quoteLiteral(cell)})`);
    await writeFile(from, await parquetBytes(`FROM (VALUES ${rows.join(', ')}) AS t(__line, __reasons, __raw, x)`));
    await exportQuarantine(from, join(folder, 'out.csv'));
    return readFile(join(folder, 'out.csv'), 'utf8');
  });

describe('a quarantine as CSV', () => {
  it('has a row per bad row, with its line and its reasons', async () => {
    expect(await exported(['plain', 'with "quotes", and\nlines'])).toBe(
      '\ufeff__line,__reasons,__raw,x\n2,a:x b:x,,plain\n3,a:x b:x,,"with ""quotes"", and\nlines"\n',
    );
  });

  it('holds no cell that a spreadsheet runs, and every other as it was', async () => {
    const cell = fc.oneof(
      fc.constantFrom('=1+1', "=cmd|' /C calc'!A0", '+1', '-1', '-1e5', '-x', '@SUM(A1)', '\t=1', '\r=1', "'", '--'),
      fc.string({ unit: fc.constantFrom('=', '+', '-', '@', '1', ',', '"', '\n', ' ', 'x', '🎈'), minLength: 1 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(cell, { minLength: 1, maxLength: 20 }), async (cells) => {
        const rows = parseCsv(await exported(cells));
        expect(rows.map(({ x }) => x)).toEqual(cells.map(escapeFormula));
      }),
      { numRuns: 30 },
    );
  });
});
