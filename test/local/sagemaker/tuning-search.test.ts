import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gridCandidates, randomCandidates } from '../../../local/sagemaker/tuning-search.ts';

const range = fc
  .tuple(
    fc.integer({ min: 1, max: 1000 }),
    fc.integer({ min: 0, max: 1000 }),
    fc.constantFrom('Linear', 'Logarithmic', undefined),
  )
  .map(([min, width, ScalingType]) => ({ min, max: min + width, ScalingType: ScalingType as 'Linear' | undefined }));
const text = ({ min, max, ScalingType }: { min: number; max: number; ScalingType: 'Linear' | undefined }) => ({
  Name: 'p',
  MinValue: String(min),
  MaxValue: String(max),
  ScalingType,
});

describe('random search', () => {
  it('draws whole numbers within an integer range', () => {
    fc.assert(
      fc.property(range, fc.nat(), (given, seed) => {
        for (const { p } of randomCandidates({ IntegerParameterRanges: [text(given)] }, seed, 5)) {
          const value = Number(p);
          expect(Number.isInteger(value) && value >= given.min && value <= given.max).toBe(true);
        }
      }),
    );
  });

  it('draws numbers within a continuous range', () => {
    fc.assert(
      fc.property(range, fc.nat(), (given, seed) => {
        for (const { p } of randomCandidates({ ContinuousParameterRanges: [text(given)] }, seed, 5)) {
          expect(Number(p)).toBeGreaterThanOrEqual(given.min);
          expect(Number(p)).toBeLessThanOrEqual(given.max);
        }
      }),
    );
  });

  it('depends on the seed alone', () => {
    const draw = (seed: number) => [
      ...randomCandidates({ ContinuousParameterRanges: [{ Name: 'p', MinValue: '0', MaxValue: '1' }] }, seed, 8),
    ];
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
  });

  it('spreads a logarithmic range evenly over its orders of magnitude', () => {
    const ranges = {
      ContinuousParameterRanges: [
        { Name: 'p', MinValue: '0.0001', MaxValue: '1', ScalingType: 'Logarithmic' as const },
      ],
    };
    const small = [...randomCandidates(ranges, 3, 400)].filter(({ p }) => Number(p) < 0.01).length;
    expect(small).toBeGreaterThan(160);
    expect(small).toBeLessThan(240);
  });

  it('does not repeat a candidate while others are left', () => {
    const ranges = { IntegerParameterRanges: [{ Name: 'p', MinValue: '1', MaxValue: '4' }] };
    const drawn = [...randomCandidates(ranges, 9, 3)].map(({ p }) => p);
    expect(new Set(drawn).size).toBe(3);
  });
});

describe('grid search', () => {
  it('has as many distinct candidates as the product of its values', () => {
    const values = fc.uniqueArray(fc.string({ maxLength: 3 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(fc.array(values, { minLength: 1, maxLength: 3 }), (lists) => {
        const candidates = gridCandidates({
          CategoricalParameterRanges: lists.map((Values, i) => ({ Name: `p${i}`, Values })),
        });
        expect(candidates).toHaveLength(lists.reduce((product, list) => product * list.length, 1));
        expect(new Set(candidates.map((candidate) => JSON.stringify(candidate))).size).toBe(candidates.length);
      }),
    );
  });
});
