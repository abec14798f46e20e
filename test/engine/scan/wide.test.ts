import { describe, expect, it } from 'vitest';
import { aModelSpec } from '../../fixtures/builders.ts';
import { parquetBytes, validated } from '../../fixtures/validated.ts';

/** More columns than Parquet is read with at once, twice over. */
const COLUMNS = 301;

describe('a wide Parquet file', () => {
  it('has its bad rows set aside with all of their cells and reasons', async () => {
    const names = Array.from({ length: COLUMNS }, (_, i) => `c${i}`);
    const spec = aModelSpec({
      task: 'regression',
      data: {
        format: 'parquet',
        columns: names.map((name) => ({ name, type: 'number', max: 1 })),
        target: 'c0',
        id: undefined,
        timestamp: undefined,
        protected: [],
        maxQuarantineShare: 0.5,
      },
    });
    const cells = names.map((name, i) => `CASE WHEN i = 2 AND ${i} IN (0, 150, 300) THEN 2.5 ELSE 0.5 END AS ${name}`);
    const bytes = await parquetBytes(`SELECT ${cells.join(', ')} FROM range(5) AS r(i)`);
    const { judgement, quarantined, accepted } = await validated(spec, bytes);
    expect(judgement).toMatchObject({ verdict: 'accepted-with-quarantine', rows: { accepted: 4, quarantined: 1 } });
    expect(accepted).toEqual(Array.from({ length: 4 }, () => Object.fromEntries(names.map((name) => [name, 0.5]))));
    expect(quarantined).toEqual([
      {
        __line: '3',
        __reasons: ['out-of-range:c0', 'out-of-range:c150', 'out-of-range:c300'],
        __raw: null,
        ...Object.fromEntries(names.map((name, i) => [name, [0, 150, 300].includes(i) ? '2.5' : '0.5'])),
      },
    ]);
  });
});
