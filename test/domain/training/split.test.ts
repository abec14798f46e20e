import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DatasetVersion } from '../../../domain/registry/entities.ts';
import { chooseDatasets, sideOf, sideSql, splitHashSql, windowFrom } from '../../../domain/training/split.ts';
import { queryOf, withDuckDb } from '../../../engine/duckdb.ts';
import { aModelSpec } from '../../fixtures/builders.ts';
import { makeTable, type TableColumn } from '../../fixtures/duckdb-table.ts';

const TABLE: TableColumn[] = [
  { name: 'customer_id', type: 'VARCHAR' },
  { name: 'seen_at', type: 'TIMESTAMP' },
  { name: 'age', type: 'BIGINT' },
  { name: 'spend', type: 'DOUBLE' },
  { name: 'plan', type: 'VARCHAR' },
  { name: 'active', type: 'BOOLEAN' },
  { name: 'gender', type: 'VARCHAR' },
  { name: 'churned', type: 'BIGINT' },
];
const nullable = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
const aText = fc.string({ unit: 'grapheme', maxLength: 5 });
const aRow = fc.tuple(
  aText,
  nullable(fc.integer({ min: -1e12, max: 4e12 }).map((ms) => new Date(ms).toISOString())),
  nullable(fc.integer()),
  nullable(fc.oneof(fc.double(), fc.constantFrom(1e15, 1e16, 123456789012345680, 0.0001, 0.00001, -0))),
  nullable(aText),
  nullable(fc.boolean()),
  nullable(aText),
  fc.constantFrom(0, 1),
);

describe('the split', () => {
  for (const id of ['customer_id', undefined]) {
    it(`puts a row on the same side in SQL and in TypeScript, by ${id ?? 'all its columns'}`, async () => {
      const spec = aModelSpec({ data: { id } });
      await withDuckDb({ threads: 1 }, async (connection) => {
        const query = queryOf(connection);
        await fc.assert(
          fc.asyncProperty(fc.array(aRow, { minLength: 1, maxLength: 100 }), async (rows) => {
            await makeTable(connection, 't', TABLE, rows);
            const sides = await query(`SELECT ${sideSql(spec, splitHashSql(spec))} AS side FROM t`);
            const objects = rows.map((row) => Object.fromEntries(TABLE.map(({ name }, i) => [name, row[i]])));
            expect(sides.map(({ side }) => side)).toEqual(objects.map((row) => sideOf(spec, row)));
          }),
          { numRuns: 50 },
        );
      });
    });
  }

  it('gives each side its share', () => {
    const spec = aModelSpec({ training: { split: { validation: 0.2, holdout: 0.1 } } });
    const counts = { train: 0, validation: 0, holdout: 0 };
    for (let i = 0; i < 20_000; i++) counts[sideOf(spec, { customer_id: `customer-${i}` })] += 1;
    // 5 standard deviations of a binomial count are at most 283
    expect(Math.abs(counts.holdout - 2_000)).toBeLessThan(283);
    expect(Math.abs(counts.validation - 4_000)).toBeLessThan(283);
  });

  it('keeps the side of a row whatever its other columns say', () => {
    const spec = aModelSpec();
    for (let i = 0; i < 100; i++) {
      const row = { customer_id: `c${i}`, spend: i };
      expect(sideOf(spec, { ...row, spend: -i, churned: 1 })).toBe(sideOf(spec, row));
    }
  });
});

function aDataset(version: number, changes: Partial<DatasetVersion> = {}): DatasetVersion {
  const day = String(version).padStart(2, '0');
  return {
    model: 'churn',
    version,
    contentDigest: `content-${version}`,
    verdict: 'accepted',
    reasons: [],
    source: { bucket: 'landing', key: `churn/${version}.csv`, versionId: `v${version}`, size: 1 },
    specVersion: 1,
    rows: 10,
    quarantinedRows: 0,
    data: { bucket: 'lake', key: `k${version}`, sha256: 'a'.repeat(64), size: 1 },
    timeRange: { from: `2001-01-${day}T00:00:00.000Z`, to: `2001-01-${day}T23:00:00.000Z` },
    at: '2001-02-01T00:00:00.000Z',
    ...changes,
  };
}

describe('the training window', () => {
  const four = [4, 2, 3, 1].map((version) => aDataset(version));
  const versions = (window: unknown, datasets = four) =>
    chooseDatasets(aModelSpec({ training: { window } }), datasets).map(({ version }) => version);

  it('takes everything by default, oldest first', () => expect(versions('all')).toEqual([1, 2, 3, 4]));
  it('takes the last data sets', () => expect(versions({ datasets: 2 })).toEqual([3, 4]));
  it('takes data sets that reach into the last days', () => expect(versions({ last: '2d' })).toEqual([3, 4]));
  it('counts time back from the newest row', () => {
    const spec = aModelSpec({ training: { window: { last: '2d' } } });
    expect(windowFrom(spec, four)).toEqual(new Date('2001-01-02T23:00:00.000Z'));
    expect(windowFrom(aModelSpec(), four)).toBeUndefined();
  });
  it('leaves out rejected, empty and repeated data sets', () => {
    const sets = [
      aDataset(1),
      aDataset(2, { verdict: 'rejected', data: undefined }),
      aDataset(3, { rows: 0 }),
      aDataset(4, { contentDigest: 'content-1' }),
      aDataset(5, { verdict: 'accepted-with-quarantine' }),
      aDataset(6, { data: undefined, parts: { bucket: 'lake', key: 'parts', sha256: 'b'.repeat(64), size: 1 } }),
    ];
    expect(versions('all', sets)).toEqual([1, 5, 6]);
    expect(versions({ datasets: 1 }, sets)).toEqual([6]);
  });
  it('takes what was judged again in place of what was judged first, and nothing where that was rejected', () => {
    const replay = (version: number, of: number, changes: Partial<DatasetVersion> = {}) =>
      aDataset(version, { contentDigest: `content-${of}`, origin: { kind: 'replay', of, by: 'ana' }, ...changes });
    const sets = [aDataset(1), aDataset(2), replay(3, 1), replay(4, 2, { verdict: 'rejected', data: undefined })];
    expect(versions('all', sets)).toEqual([3]);
  });
  it('counts what was judged again or released as the upload it comes from', () => {
    const origin = { kind: 'replay', of: 1, by: 'ana' } as const;
    const sets = [aDataset(1), aDataset(2), aDataset(3), aDataset(4, { contentDigest: 'content-1', origin })];
    expect(versions('all', sets)).toEqual([4, 2, 3]);
    expect(versions({ datasets: 2 }, sets)).toEqual([2, 3]);
    const release = aDataset(5, {
      contentDigest: 'content-2',
      origin: { kind: 'release', of: 2, by: 'ana', reason: 'seen' },
    });
    expect(versions({ datasets: 2 }, [...sets, release])).toEqual([2, 5, 3]);
  });
  it('takes rows that were released beside those that were accepted', () => {
    const release = (version: number, of: number) =>
      aDataset(version, {
        contentDigest: `content-${of}`,
        origin: { kind: 'release', of, by: 'ana', reason: 'seen' },
      });
    const rejected = aDataset(3, { verdict: 'rejected', data: undefined });
    expect(versions('all', [aDataset(1), release(2, 1), rejected, release(4, 3)])).toEqual([1, 2, 4]);
    // the same bytes came again and were accepted
    const again = aDataset(5, { contentDigest: 'content-3' });
    expect(versions('all', [rejected, release(4, 3), again])).toEqual([4]);
  });
});
