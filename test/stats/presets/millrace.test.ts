import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareColumn, compareDataset } from '../../../stats/presets/compare.ts';
import { compareCounts, MILLRACE_DEFAULTS } from '../../../stats/presets/millrace.ts';
import { categoryColumn, categoryCounts, numericColumn } from '../fixtures/columns.ts';

const calm = numericColumn({ n: 5_000, seed: 1 }, { n: 500, seed: 2 });
const shifted = numericColumn({ n: 5_000, seed: 1 }, { n: 500, seed: 2, shift: 0.4 }, { name: 'shifted' });

describe("Millrace's comparison of counts", () => {
  const side = (counts: readonly number[], missing = 0) => ({ counts, missing });

  it('has effect and significance of the same joined bins', () => {
    // of 1000 against 100 rows the last two bins hold 5 expected rows only together
    const [a, b] = [side([600, 350, 20, 30]), side([60, 30, 2, 8])];
    const whole = compareCounts(a, b, { ordered: false });
    expect(whole).toEqual(compareCounts(side([600, 350, 50]), side([60, 30, 10]), { ordered: false }));
    const share = (count: number, rows: number) => (count + 0.5) / (rows + 1.5);
    const psi = [
      [600, 60],
      [350, 30],
      [50, 10],
    ].reduce((sum, [p = 0, q = 0]) => {
      const [before, now] = [share(p, 1_000), share(q, 100)];
      return sum + (now - before) * Math.log(now / before);
    }, 0);
    expect(whole.effect).toBeCloseTo(psi, 12);
  });

  it('counts missing values and values never seen apart', () => {
    const found = compareCounts(side([90, 10, 0], 0), side([80, 5, 15], 25), { ordered: false });
    expect(found).toMatchObject({ missingRise: 0.2, unseenShare: 0.15 });
    expect(found.pValues.missing).toBeLessThan(1e-5);
    expect(found.pValues.unseen).toBeLessThan(1e-4);
  });

  it('is not surprised by as many unseen values as the reference has once', () => {
    const once = compareCounts(side([90, 1, 1, 1, 1, 1, 0]), side([88, 1, 1, 1, 0, 1, 3]), { ordered: false });
    const never = compareCounts(side([95, 0]), side([92, 3]), { ordered: false });
    expect(once.pValues.unseen).toBeGreaterThan(0.5);
    expect(never.pValues.unseen).toBeLessThan(once.pValues.unseen as number);
  });

  it('tests nothing where there is nothing', () => {
    expect(compareCounts(side([0]), side([0]), { ordered: true })).toEqual({
      missingRise: 0,
      unseenShare: 0,
      pValues: {},
    });
    expect(() => compareCounts(side([1]), side([1, 2]), { ordered: true })).toThrow(
      'must have the same length, got 1 and 2',
    );
  });
});

describe("Millrace's comparison of columns", () => {
  it('detects a change that is large and significant', () => {
    expect(compareColumn('millrace', calm).detected).toBe(false);
    expect(compareColumn('millrace', shifted)).toMatchObject({
      method: 'psi',
      threshold: 0.05,
      detected: true,
      note: 'drift of: distribution',
    });
  });

  it('detects neither a trifle nor what chance explains', () => {
    const trifle = numericColumn({ n: 50_000, seed: 1 }, { n: 50_000, seed: 2, shift: 0.1 });
    const small = compareColumn('millrace', trifle);
    expect(small.pValue).toBeLessThan(1e-9);
    expect(small).toMatchObject({ detected: false });
    const few = categoryColumn({ a: 500, b: 500 }, { a: 9, b: 3 });
    expect(compareColumn('millrace', few)).toMatchObject({ detected: false, note: 'chance explains it' });
  });

  it('weighs all tests of a data set against each other', () => {
    // significant at 0.01 alone, not as one of eight
    const borderline = categoryColumn({ a: 500, b: 500 }, { a: 29, b: 11 });
    const { pValue = 1 } = compareColumn('millrace', borderline);
    expect(pValue).toBeGreaterThan(MILLRACE_DEFAULTS.falseDiscoveryRate / 8);
    expect(pValue).toBeLessThan(MILLRACE_DEFAULTS.falseDiscoveryRate);
    expect(compareColumn('millrace', borderline).detected).toBe(true);
    const all = compareDataset('millrace', [borderline, ...new Array(7).fill(calm)]);
    expect(all.columns[0]?.detected).toBe(false);
    expect(all).toMatchObject({ detected: false, driftedShare: 0 });
    expect(compareDataset('millrace', [shifted, calm])).toMatchObject({ detected: true, driftedShare: 0.5 });
  });

  it('takes missing values and new categories for drift', () => {
    const plan = categoryColumn({ a: 500, b: 500 }, { a: 50, b: 50 });
    const missing = { ...plan, current: categoryCounts({ a: 50, b: 50 }, 40) };
    expect(compareColumn('millrace', missing)).toMatchObject({ detected: true, note: 'drift of: missing' });
    const unseen = categoryColumn({ a: 500, b: 500 }, { a: 50, b: 50, c: 15 });
    expect(compareColumn('millrace', unseen).note).toContain('unseen');
    expect(compareColumn('millrace', plan).detected).toBe(false);
  });

  it('takes other limits, and only such as are above 0', () => {
    expect(compareColumn('millrace', shifted, { threshold: 5 }).detected).toBe(false);
    expect(() => compareColumn('millrace', shifted, { threshold: 0 })).toThrow('threshold must be above 0, got 0');
    expect(() => compareColumn('millrace', shifted, { falseDiscoveryRate: Number.NaN })).toThrow('got NaN');
  });

  it('never detects drift in a sample and itself', () => {
    const values = fc.array(fc.double(), { maxLength: 200 });
    fc.assert(
      fc.property(values, (some) => {
        expect(compareColumn('millrace', numericColumn(some, some)).detected).toBe(false);
      }),
    );
  });
});
