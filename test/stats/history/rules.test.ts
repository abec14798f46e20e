import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { absoluteChange, fixedBounds, relativeRateOfChange } from '../../../stats/history/change.ts';
import { batchNormal, medianMad, onlineNormal } from '../../../stats/history/normal.ts';

const number = fc.double({ min: -1e6, max: 1e6, noNaN: true });

describe('a range by change', () => {
  for (const { name, range, expected } of [
    { name: 'fixed bounds', range: fixedBounds({ min: 1, max: 2 }), expected: [1, 2] },
    { name: 'a lower bound alone', range: fixedBounds({ min: 1 }), expected: [1, Number.POSITIVE_INFINITY] },
    { name: 'a relative rate', range: relativeRateOfChange([7, 200], { min: 0.5, max: 2 }), expected: [100, 400] },
    { name: 'a rate after a negative', range: relativeRateOfChange([-10], { min: 0.5, max: 2 }), expected: [-20, -5] },
    { name: 'an absolute change', range: absoluteChange([7, 200], { min: -5, max: 3 }), expected: [195, 203] },
    { name: 'a rise alone', range: absoluteChange([2], { max: 3 }), expected: [Number.NEGATIVE_INFINITY, 5] },
  ]) {
    it(`is ${expected.join(' to ')} for ${name}`, () => {
      expect(range).toEqual({ status: 'allowed', min: expected[0], max: expected[1] });
    });
  }

  it('is not said without a value to change from', () => {
    expect(relativeRateOfChange([], { min: 0.9 })).toEqual({ status: 'insufficient', needed: 1 });
    expect(relativeRateOfChange([5, 0], { min: 0.9 })).toEqual({ status: 'insufficient', needed: 1 });
    expect(absoluteChange([], { min: 0 })).toEqual({ status: 'insufficient', needed: 1 });
  });

  it('is refused for limits the wrong way round', () => {
    expect(() => fixedBounds({ min: 2, max: 1 })).toThrow('min must be at most max, got 2 and 1');
    expect(() => absoluteChange([1], { max: Number.NaN })).toThrow(RangeError);
  });
});

describe('a range by deviations', () => {
  it('is the mean and 3 deviations of the batch', () => {
    // mean 5, standard deviation sqrt(32 / 7)
    const deviation = Math.sqrt(32 / 7);
    const range = batchNormal([2, 4, 4, 4, 5, 5, 7, 9]);
    expect(range).toEqual({ status: 'allowed', min: 5 - 3 * deviation, max: 5 + 3 * deviation });
  });

  it('is the median and its deviations, whatever one outlier does', () => {
    const range = medianMad([10, 12, 11, 9, 1e9], { lower: 2, upper: 1 });
    expect(range).toEqual({ status: 'allowed', min: 11 - 2 * 1.4826, max: 11 + 1.4826 });
  });

  it('needs two values for a mean and three for a median', () => {
    expect(batchNormal([1])).toEqual({ status: 'insufficient', needed: 2 });
    expect(batchNormal([1, 2]).status).toBe('allowed');
    expect(medianMad([1, 2])).toEqual({ status: 'insufficient', needed: 3 });
    expect(medianMad([1, 2, 3]).status).toBe('allowed');
  });

  it('is refused for factors that are none', () => {
    expect(() => batchNormal([1, 2], {})).toThrow('lower or upper must be given, got neither');
    expect(() => medianMad([1, 2, 3], { lower: -1 })).toThrow('lower must be at least 0, got -1');
    expect(() => onlineNormal([1], { ignoreStartShare: 1 })).toThrow(
      'ignoreStartShare must be from 0 to below 1, got 1',
    );
  });
});

/** Whether the last value is an anomaly, value by value as the definition goes. */
function lastIsAnomaly(series: readonly number[], factor: number, ignoreStartShare: number, ignoreAnomalies: boolean) {
  let [mean, squares] = [0, 0];
  let found = false;
  for (const [i, value] of series.entries()) {
    const moved = i === 0 ? value : mean + (1 / (i + 1)) * (value - mean);
    const movedSquares = squares + (value - mean) * (value - moved);
    const width = factor * Math.sqrt(movedSquares / (i + 1));
    found = i >= series.length * ignoreStartShare && (value > moved + width || value < moved - width);
    if (!(found && ignoreAnomalies)) [mean, squares] = [moved, movedSquares];
  }
  return found;
}

describe('the range by online normal', () => {
  it('says of the next value what running over the whole series says', () => {
    const series = fc.array(number, { minLength: 5, maxLength: 60 });
    const factor = fc.constantFrom(0.5, 1, 1.5, 2, 3);
    const share = fc.constantFrom(0, 0.1, 0.5);
    fc.assert(
      fc.property(series, factor, share, fc.boolean(), (values, k, ignoreStartShare, ignoreAnomalies) => {
        const settings = { factors: { lower: k, upper: k }, ignoreStartShare, ignoreAnomalies };
        const range = onlineNormal(values, settings);
        if (range.status === 'insufficient') {
          expect(values.length).toBeLessThan(range.needed);
          return;
        }
        const width = range.max - range.min;
        const size = Math.max(width, Math.abs(range.max), Math.abs(range.min), 1);
        const verdict = (value: number) => lastIsAnomaly([...values, value], k, ignoreStartShare, ignoreAnomalies);
        expect(verdict(range.max + 1e-6 * size)).toBe(true);
        expect(verdict(range.min - 1e-6 * size)).toBe(true);
        // a narrower range is lost in rounding
        if (width < 1e-3 * size) return;
        expect(verdict(range.max - 1e-6 * width)).toBe(false);
        expect(verdict(range.min + 1e-6 * width)).toBe(false);
      }),
    );
  });

  it('leaves an anomaly out, unless told to count it', () => {
    const values = [...Array.from({ length: 20 }, (_, i) => 10 + (i % 2)), 1_000];
    const without = onlineNormal(values);
    const counted = onlineNormal(values, { ignoreAnomalies: false });
    if (without.status !== 'allowed' || counted.status !== 'allowed') throw new Error('21 values are enough');
    expect(without.max).toBeLessThan(15);
    expect(counted.max).toBeGreaterThan(500);
  });

  it('needs more values than the square of the factor', () => {
    const values = Array.from({ length: 10 }, (_, i) => i % 3);
    expect(onlineNormal(values.slice(1))).toEqual({ status: 'insufficient', needed: 10 });
    expect(onlineNormal(values).status).toBe('allowed');
  });
});
