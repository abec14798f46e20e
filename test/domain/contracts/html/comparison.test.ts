import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareColumns } from '../../../../domain/contracts/html/comparison.ts';
import { missingShare } from '../../../../domain/profiles/missing-share.ts';
import type { ColumnProfile } from '../../../../domain/profiles/profile.ts';
import { aColumn, aProfile, binned } from './a-report.ts';

const compare = (now: ColumnProfile, before: ColumnProfile, timestamp?: string) =>
  compareColumns(aProfile(now), aProfile(before), timestamp)[0];
const category = (values: [string, number][], other = 0) =>
  aColumn({ type: 'category', categories: { values, other }, count: values.reduce((all, [, n]) => all + n, other) });

describe('a column beside the version before', () => {
  it('has a distance over the same bins, and none over others', () => {
    const before = binned([100, 300, 300, 200, 100]);
    expect(compare(before, before)).toMatchObject({ sameBins: true, psi: 0 });
    expect(compare(binned([0, 0, 0, 0, 900]), before)?.psi).toBeGreaterThan(1);
    const shifted = { ...before, bins: { edges: [1, 10, 20, 30], counts: [100, 300, 300, 200, 100] } };
    expect(compare(shifted, before)).toMatchObject({ before: { count: 1_000 }, sameBins: false });
    expect(compare(shifted, before)).not.toHaveProperty('psi');
  });

  it('has a distance over values, in whatever order they come', () => {
    const before = category([
      ['a', 500],
      ['b', 400],
      ['c', 100],
    ]);
    expect(
      compare(
        category([
          ['c', 10],
          ['b', 40],
          ['a', 50],
        ]),
        before,
      )?.psi,
    ).toBeCloseTo(0, 2);
    expect(
      compare(
        category([
          ['new', 900],
          ['a', 100],
        ]),
        before,
      )?.psi,
    ).toBeGreaterThan(1);
  });

  it('takes a value that only one side counted by itself for one of the others', () => {
    const before = category(
      [
        ['a', 500],
        ['b', 300],
      ],
      200,
    );
    const now = category(
      [
        ['a', 500],
        ['c', 150],
      ],
      350,
    );
    expect(compare(now, before)?.psi).toBe(0);
  });

  it('has a distance that is never negative, and none from itself', () => {
    const counts = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.integer({ min: 20, max: 500 }), {
      minKeys: 2,
    });
    fc.assert(
      fc.property(counts, counts, fc.nat(300), fc.nat(300), (a, b, otherA, otherB) => {
        const [now, before] = [category(Object.entries(a), otherA), category(Object.entries(b), otherB)];
        const psi = compare(now, before)?.psi;
        if (psi === undefined) return;
        expect(psi).toBeGreaterThanOrEqual(0);
        expect(compare(now, now)?.psi ?? 0).toBe(0);
      }),
    );
  });

  it('has none as event time, as another type, or if it is new', () => {
    const column = binned([100, 300, 300, 200, 100]);
    expect(compare(column, column, 'age')).toMatchObject({ movesOn: true, sameBins: false });
    expect(compare(column, { ...column, type: 'string' })).toEqual({ now: column, sameBins: false, movesOn: false });
    expect(compare(column, { ...column, name: 'other' })).toEqual({ now: column, sameBins: false, movesOn: false });
  });
});

it('counts what is no finite value as missing', () => {
  expect(missingShare(aColumn({ count: 90, nulls: 5, nans: 3, infinities: 2 }))).toBe(0.1);
  expect(missingShare(aColumn({ count: 0 }))).toBe(0);
});
