import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { driftMetrics } from '../../../../domain/monitoring/drift/drift-metrics.ts';
import type { ColumnProfile } from '../../../../domain/profiles/profile.ts';
import { edgesOf } from '../../../../stats/binning/reference-quantiles.ts';
import { wasserstein } from '../../../../stats/distances/samples.ts';
import { kolmogorovSmirnov } from '../../../../stats/tests/kolmogorov-smirnov.ts';
import { profileOf } from '../../../fixtures/monitoring.ts';

const numeric = (values: readonly number[], edges: readonly number[]): ColumnProfile =>
  profileOf(
    [{ name: 'x', type: 'numeric', edges }],
    values.map((value) => [value]),
  ).columns[0] as ColumnProfile;
const category = (values: readonly string[], categories: readonly string[]): ColumnProfile =>
  profileOf(
    [{ name: 'x', type: 'category', categories }],
    values.map((value) => [value]),
  ).columns[0] as ColumnProfile;
const samples = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 200 });

describe('the metrics of two profiles', () => {
  it('bound Kolmogorov–Smirnov and Wasserstein of the values themselves', () => {
    fc.assert(
      fc.property(samples, samples, (before, now) => {
        const edges = edgesOf(Float64Array.from(before));
        const metrics = driftMetrics(numeric(before, edges), numeric(now, edges));
        const [a, b] = [Float64Array.from(before), Float64Array.from(now)];
        const { statistic } = kolmogorovSmirnov(a, b);
        const distance = wasserstein(a, b);
        const [ks, w] = [metrics.kolmogorovSmirnov, metrics.wasserstein];
        if (!ks || !w) throw new Error('no bounds');
        expect(ks.atLeast).toBeLessThanOrEqual(statistic + 1e-12);
        expect(ks.atMost).toBeGreaterThanOrEqual(statistic - 1e-12);
        expect(w.atLeast).toBeLessThanOrEqual(distance * (1 + 1e-9) + 1e-9);
        expect(w.atMost).toBeGreaterThanOrEqual(distance * (1 - 1e-9) - 1e-9);
      }),
      { numRuns: 200 },
    );
  });

  it('of categories are those of their shares', () => {
    const metrics = driftMetrics(
      category(['a', 'a', 'b', 'b'], ['a', 'b']),
      category(['a', 'b', 'b', 'c'], ['a', 'b']),
    );
    expect(metrics.totalVariation).toBeCloseTo(0.25, 12);
    // 2 × 3 table of 2,2,0 and 1,2,1: 1/3 + 0 + 1
    expect(metrics.chiSquared).toMatchObject({ degrees: 2 });
    expect(metrics.chiSquared?.statistic).toBeCloseTo(4 / 3, 12);
    expect(metrics.wasserstein).toBeUndefined();
  });

  it('are 0 between a profile and itself, but for what the bins may hide', () => {
    const values = Array.from({ length: 100 }, (_, i) => i);
    const one = numeric(values, edgesOf(Float64Array.from(values)));
    const { psi, jensenShannon, lInfinity, kolmogorovSmirnov: ks, wasserstein: w } = driftMetrics(one, one);
    expect([psi, jensenShannon, lInfinity, ks?.value, w?.value]).toEqual([0, 0, 0, 0, 0]);
    expect(ks?.atMost).toBeGreaterThan(0);
  });

  it('are none without values on a side, without bins, or over other bins', () => {
    const some = numeric([1, 2, 3], [1.5, 2.5]);
    expect(driftMetrics(some, numeric([], [1.5, 2.5]))).toEqual({});
    expect(driftMetrics(some, numeric([1], [1.5, 2]))).toEqual({});
    const bare = profileOf([{ name: 'x', type: 'numeric' }], [[1]]).columns[0] as ColumnProfile;
    expect(driftMetrics(bare, bare)).toEqual({});
  });

  it('leave out the distance of numbers too far apart for one', () => {
    const metrics = driftMetrics(numeric([-1.7e308, 1.7e308], [0]), numeric([1, 2], [0]));
    expect(metrics.wasserstein).toBeUndefined();
    expect(metrics.kolmogorovSmirnov?.value).toBe(0.5);
  });
});
