import { describe, expect, it } from 'vitest';
import { fitSmoothing, holtWinters, smooth } from '../../../stats/history/holt-winters.ts';
import reference from '../fixtures/statsmodels-holt-winters.json' with { type: 'json' };

const WEEK = [10, 4, 0, -3, -6, -9, 4];
const weeks = (count: number, at: (day: number) => number) => Array.from({ length: 7 * count }, (_, day) => at(day));

describe('Holt-Winters smoothing', () => {
  for (const { values, fixed, fit } of reference.cases) {
    for (const { smoothing, forecast, residuals } of fixed) {
      it(`forecasts what statsmodels does after ${values.length} values with ${JSON.stringify(smoothing)}`, () => {
        const got = smooth(values, 7, smoothing);
        expect(got.forecast).toBeCloseTo(forecast, 9);
        expect(got.residuals).toHaveLength(residuals.length);
        for (const [i, residual] of residuals.entries()) expect(got.residuals[i]).toBeCloseTo(residual, 9);
      });
    }

    it(`fits ${values.length} values at least as closely as statsmodels`, () => {
      const { residuals } = smooth(values, 7, fitSmoothing(values, 7));
      expect(residuals.reduce((sum, each) => sum + each * each, 0)).toBeLessThanOrEqual(fit.sse * (1 + 1e-9));
    });
  }

  it('cannot be bettered by a small step in one weight', () => {
    for (const { values } of reference.cases) {
      const cost = (smoothing: ReturnType<typeof fitSmoothing>) =>
        smooth(values, 7, smoothing).residuals.reduce((sum, each) => sum + each * each, 0);
      const best = fitSmoothing(values, 7);
      for (const weight of ['level', 'trend', 'season'] as const) {
        for (const by of [-1e-3, 1e-3]) {
          const near = { ...best, [weight]: Math.min(1, Math.max(0, best[weight] + by)) };
          expect(cost(near)).toBeGreaterThanOrEqual(cost(best));
        }
      }
    }
  });
});

describe('the range by Holt-Winters', () => {
  it('is the next value alone after a season that only repeats', () => {
    const range = holtWinters(weeks(3, (day) => 100 + (WEEK[day % 7] as number)));
    expect(range.status === 'allowed' && range.min).toBeCloseTo(110, 9);
    expect(range.status === 'allowed' && range.max).toBeCloseTo(110, 9);
  });

  it('is 1.96 deviations of the residuals to both sides of the forecast', () => {
    const values = (reference.cases[1] as (typeof reference.cases)[1]).values;
    const { forecast, residuals } = smooth(values, 7, fitSmoothing(values, 7));
    const mean = residuals.reduce((sum, each) => sum + each, 0) / residuals.length;
    const variance = residuals.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (residuals.length - 1);
    const range = holtWinters(values);
    if (range.status !== 'allowed') throw new Error('35 values are enough');
    expect(range.min).toBeCloseTo(forecast - 1.96 * Math.sqrt(variance), 9);
    expect(range.max).toBeCloseTo(forecast + 1.96 * Math.sqrt(variance), 9);
  });

  it('needs two cycles', () => {
    const values = weeks(2, (day) => day);
    expect(holtWinters(values.slice(1))).toEqual({ status: 'insufficient', needed: 14 });
    expect(holtWinters(values).status).toBe('allowed');
    expect(holtWinters([1, 2, 3, 4, 5], { period: 3 })).toEqual({ status: 'insufficient', needed: 6 });
  });

  it('is refused for what is no series or no setting', () => {
    expect(() => holtWinters([1, Number.NaN])).toThrow('values must be finite, got NaN at 1');
    expect(() => holtWinters([1], { period: 1 })).toThrow('period must be a whole number of at least 2, got 1');
    expect(() => holtWinters([1], { factor: -1 })).toThrow('factor must be at least 0, got -1');
  });
});
