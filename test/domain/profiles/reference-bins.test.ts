import { describe, expect, it } from 'vitest';
import { withReferenceEdges } from '../../../domain/profiles/reference-bins.ts';
import { queryOf, withDuckDb } from '../../../engine/duckdb.ts';
import { edgesOf } from '../../../stats/binning/reference-quantiles.ts';
import { makeTable } from '../../fixtures/duckdb-table.ts';

describe('reference bins', () => {
  it('are the same from DuckDB', async () => {
    await withDuckDb({ threads: 1 }, async (connection) => {
      const rows = Array.from({ length: 500 }, (_, i) => [(i * 7919) % 503, i % 3, null, 7.5, Number.NaN]);
      const names = ['many', 'few', 'none', 'constant', 'nan'];
      await makeTable(
        connection,
        't',
        names.map((name) => ({ name, type: 'DOUBLE' as const })),
        rows,
      );
      const columns = names.map((name) => ({ name, type: 'numeric' as const }));
      const found = await withReferenceEdges(queryOf(connection), 't', columns);
      const expected = (i: number) => edgesOf(Float64Array.from(rows, (row) => row[i] ?? Number.NaN));
      expect(found.map(({ edges }) => edges)).toEqual([expected(0), expected(1), undefined, expected(3), undefined]);
    });
  });
});
