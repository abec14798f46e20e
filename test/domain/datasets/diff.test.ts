import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffDatasets } from '../../../domain/datasets/diff.ts';
import type { ColumnProfile } from '../../../domain/profiles/profile.ts';
import { aDataset } from '../../fixtures/entities.ts';

function column(name: string, changes: Partial<ColumnProfile> = {}): ColumnProfile {
  return { name, type: 'numeric', count: 100, nulls: 0, nans: 0, infinities: 0, ...changes };
}
const normal = (mean: number, stddev: number, changes: Partial<ColumnProfile> = {}) =>
  column('x', { mean, m2: stddev ** 2 * 100, ...changes });
const category = (counts: Record<string, number>, other = 0) =>
  column('x', { type: 'category', categories: { values: Object.entries(counts), other } });

function diff(from: ColumnProfile[], to: ColumnProfile[]) {
  return diffDatasets(
    { dataset: aDataset({ version: 1 }), profile: { rows: 100, columns: from } },
    { dataset: aDataset({ version: 2 }), profile: { rows: 100, columns: to } },
  );
}
const one = (from: ColumnProfile, to: ColumnProfile) => {
  const found = diff([from], [to]).columns?.[0];
  if (!found) throw new Error('there is no column');
  return found;
};

describe('the difference of two data sets', () => {
  it('is their figures, and whether they are the same bytes', () => {
    const from = { dataset: aDataset({ version: 1, rows: 10, specVersion: 1 }) };
    const to = { dataset: aDataset({ version: 3, rows: 12, verdict: 'rejected', specVersion: 2 }) };
    expect(diffDatasets(from, to)).toMatchObject({
      model: 'churn',
      versions: { from: 1, to: 3 },
      sameBytes: false,
      figures: {
        rows: { from: 10, to: 12 },
        verdict: { from: 'accepted', to: 'rejected' },
        specVersion: { from: 1, to: 2 },
      },
    });
    expect(diffDatasets(from, from).sameBytes).toBe(true);
    expect(diffDatasets(from, to)).not.toHaveProperty('schema');
  });

  it('is which columns came, went, and changed their type', () => {
    const found = diff(
      [column('a'), column('b'), column('c')],
      [column('d'), column('c', { type: 'category' }), column('b')],
    );
    expect(found.schema).toEqual({
      added: ['d'],
      removed: ['a'],
      retyped: [{ name: 'c', from: 'numeric', to: 'category' }],
    });
    expect(found.columns?.map(({ name }) => name)).toEqual(['b']);
  });

  it('is ranked by how far columns are apart', () => {
    const bins = (...counts: number[]) => ({ bins: { edges: [1], counts } });
    const found = diff(
      [column('same', bins(50, 50)), column('far', bins(50, 50)), column('near', bins(50, 50))],
      [column('same', bins(50, 50)), column('far', bins(5, 95)), column('near', bins(40, 60))],
    );
    expect(found.columns?.map(({ name }) => name)).toEqual(['far', 'near', 'same']);
    const [far, , same] = found.columns ?? [];
    // (0.95 − 0.5) ln(0.95 / 0.5) + (0.05 − 0.5) ln(0.05 / 0.5), a little less by smoothing
    expect(far?.psi).toBeGreaterThan(1.2);
    expect(far?.psi).toBeLessThan(1.33);
    expect(far?.apart).toBe(far?.psi);
    expect(same).toMatchObject({ psi: 0, apart: 0 });
  });

  it('says nothing of PSI where bins are not the same', () => {
    const bins = (edge: number) => ({ bins: { edges: [edge], counts: [50, 50] } });
    const found = one(normal(0, 1, bins(0)), normal(1, 1, bins(0.5)));
    expect(found.psi).toBeUndefined();
    // two normal distributions one deviation apart
    expect(found.apart).toBeCloseTo(1, 12);
    expect(found).toMatchObject({ mean: { from: 0, to: 1 }, stddev: { from: 1, to: 1 } });
  });

  it('sees a change of the deviation, and of a constant', () => {
    expect(one(normal(0, 1), normal(0, 2)).apart).toBeCloseTo((4 + 1 / 4 - 2) / 2, 12);
    expect(one(normal(5, 0), normal(5, 0)).apart).toBe(0);
    expect(one(normal(5, 0), normal(6, 0)).apart).toBeGreaterThan(10);
    expect(one(normal(0, 0), normal(0, 0)).apart).toBe(0);
  });

  it('sees missing cells, NaN and infinities as states of their own', () => {
    const found = one(column('x', { count: 100 }), column('x', { count: 50, nulls: 50 }));
    expect(found.missingShare).toEqual({ from: 0, to: 0.5 });
    expect(found.apart).toBeGreaterThan(1);
    expect(one(column('x'), column('x', { count: 50, nans: 50 })).apart).toBeGreaterThan(1);
    expect(one(column('x', { count: 0 }), column('x', { count: 0 })).missingShare).toEqual({ from: 0, to: 0 });
  });

  it('names categories that came and went, where all were counted', () => {
    const found = one(category({ free: 60, pro: 40, gone: 0 }), category({ free: 60, gold: 40 }));
    expect(found.categories).toEqual({ added: ['gold'], lost: ['pro'] });
    expect(found.psi).toBeGreaterThan(1);
    const beyond = one(category({ free: 60, pro: 40 }), category({ free: 60, gold: 30 }, 10));
    expect(beyond.categories).toBeUndefined();
    // `pro` may be among the others: only `free` and the rest are compared
    expect(beyond.psi).toBeCloseTo(0, 6);
  });

  it('of a data set and itself is nothing, the other way round is as far', () => {
    const anyColumn = fc.record({
      name: fc.constant('x'),
      type: fc.constant('numeric' as const),
      count: fc.nat(1_000),
      nulls: fc.nat(100),
      nans: fc.nat(10),
      infinities: fc.nat(10),
      mean: fc.double({ noNaN: true, noDefaultInfinity: true }),
      m2: fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }),
    });
    fc.assert(
      fc.property(anyColumn, anyColumn, (a, b) => {
        expect(one(a, a).apart).toBeCloseTo(0, 9);
        const [there, back] = [one(a, b).apart, one(b, a).apart];
        expect(there).toBeGreaterThanOrEqual(0);
        expect(Number.isFinite(there)).toBe(true);
        expect(Math.abs(there - back)).toBeLessThanOrEqual(1e-9 * Math.max(there, 1));
      }),
    );
  });
});
