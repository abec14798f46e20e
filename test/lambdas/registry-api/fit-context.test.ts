import { describe, expect, it } from 'vitest';
import type { ValidationContext } from '../../../domain/contracts/context.ts';
import { fitContext } from '../../../lambdas/registry-api/fit-context.ts';
import { AT } from '../../fixtures/entities.ts';

const column = {
  name: 'age',
  type: 'numeric',
  count: 10,
  nulls: 1,
  nans: 0,
  infinities: 0,
  min: 1,
  max: 9,
  mean: 5,
  m2: 60,
  bins: { edges: Array.from({ length: 100 }, (_, i) => i), counts: Array.from({ length: 101 }, () => 0) },
} as const;
const context: ValidationContext = {
  at: AT,
  history: [3, 2, 1].map((dataset) => ({
    dataset,
    rows: 11,
    at: AT,
    profile: { rows: 11, columns: [structuredClone(column)] as never },
  })),
};
const bytes = Buffer.byteLength(JSON.stringify(context));

describe('a context in one answer', () => {
  it('is whole where it fits', () => {
    expect(fitContext(context, bytes)).toEqual(context);
  });

  it('leaves out what is not counted of older versions first', () => {
    const fitted = fitContext(context, bytes - 1);
    expect(fitted.history[0]).toEqual(context.history[0]);
    for (const [index, { profile }] of fitted.history.slice(1).entries()) {
      const { bins: _, ...figures } = column;
      expect(profile?.columns).toEqual([figures]);
      expect(fitted.history[index + 1]).toMatchObject({ rows: 11, at: AT });
    }
  });

  it('is refused rather than cut further', () => {
    const limit = Buffer.byteLength(JSON.stringify(fitContext(context, bytes - 1)));
    expect(fitContext(context, limit).history).toHaveLength(3);
    expect(() => fitContext(context, limit - 1)).toThrow(`at most ${limit - 1}`);
  });
});
