import { describe, expect, it } from 'vitest';
import type { ValidationContext } from '../../../domain/contracts/context.ts';
import {
  columnsWithoutBins,
  isReadable,
  partContext,
  partSpec,
  partsToGlanceAt,
  referenceProfile,
} from '../../../domain/datasets/set-parts.ts';
import type { ColumnProfile } from '../../../domain/profiles/profile.ts';
import { aModelSpec } from '../../fixtures/builders.ts';

const AT = '2026-11-23T10:00:00.000Z';
const counts = { count: 1, nulls: 0, nans: 0, infinities: 0 };
const numeric = (name: string, edges?: number[]): ColumnProfile => ({
  name,
  type: 'numeric',
  ...counts,
  ...(edges && { bins: { edges, counts: Array(edges.length + 1).fill(0) } }),
});
const entry = (...columns: ColumnProfile[]) => ({ dataset: 1, rows: 1, at: AT, profile: { rows: 1, columns } });
const context = (...columns: ColumnProfile[]): ValidationContext => ({ at: AT, history: [entry(...columns)] });
const champion = (...features: ColumnProfile[]): Required<Pick<ValidationContext, 'champion'>> => ({
  champion: {
    version: 1,
    baseline: {
      version: 1,
      rows: 1,
      holdoutRows: 1,
      features,
      label: numeric('churned', [0.5]),
      groups: [],
      segments: [],
      prediction: numeric('p', [0.5]),
    },
  },
});

describe('the contract of a part', () => {
  const { columns } = aModelSpec().data;
  const spec = aModelSpec({
    data: {
      columns: columns.map((column) => {
        if (column.name === 'spend') return { ...column, maxNullShare: 0.1 };
        return column.name === 'plan' ? { ...column, maxUnseenShare: 0.1 } : column;
      }),
      rules: [{ id: 'out-of-range:age', mostly: 0.9, maxRows: 3, severity: 'warn' }],
      checks: [{ type: 'row-count', min: 10 }],
      minRows: 100,
      maxQuarantineShare: 0,
    },
  });

  it('leaves shares, tolerances and checks to the whole, and keeps every rule over rows', () => {
    const { data } = partSpec(spec);
    expect(data).toMatchObject({ minRows: 1, maxQuarantineShare: 1, checks: [] });
    expect(data.rules).toEqual([{ id: 'out-of-range:age', severity: 'warn' }]);
    expect(data.columns.find(({ name }) => name === 'spend')?.maxNullShare).toBeUndefined();
    // without it, rows with other values would be bad
    expect(data.columns.find(({ name }) => name === 'plan')?.maxUnseenShare).toBe(1);
    expect(data.columns.map(({ name, min, values }) => [name, min, values])).toEqual(
      spec.data.columns.map(({ name, min, values }) => [name, min, values]),
    );
  });
});

describe('a part', () => {
  const profile = { rows: 0, columns: [] };
  for (const [reasons, has, readable] of [
    [['too-few-rows'], true, true],
    [['empty'], false, true],
    [['no-rows'], false, true],
    [['wrong-header'], false, false],
    [['empty', 'truncated'], false, false],
  ] as const) {
    it(`${readable ? 'can' : 'cannot'} be read if it is refused for ${reasons.join(' and ')}`, () => {
      const judgement = { reasons: reasons.map((code) => ({ code, message: code })), ...(has && { profile }) };
      expect(isReadable(judgement)).toBe(readable);
    });
  }
});

describe('the bins of all parts', () => {
  const spec = aModelSpec();

  it('are fixed by the champion, else by the version before, else by a look at a part', () => {
    const empty = { at: AT, history: [] };
    expect(columnsWithoutBins(spec, empty)).toEqual(['age', 'spend', 'churned']);
    expect(columnsWithoutBins(spec, context(numeric('age', [1]), numeric('spend')))).toEqual(['spend', 'churned']);
    expect(columnsWithoutBins(spec, { ...empty, ...champion(numeric('age', [1]), numeric('spend', [2])) })).toEqual([]);
  });

  it('are there for every numeric column, and only for those', () => {
    const glance = { rows: 9, columns: [numeric('age', [1, 2]), numeric('spend')] };
    const { rows, columns } = referenceProfile(spec, { at: AT, history: [] }, glance);
    expect(rows).toBe(0);
    expect(columns.map(({ name, bins }) => [name, bins?.edges])).toEqual([
      ['customer_id', undefined],
      ['seen_at', undefined],
      ['age', [1, 2]],
      // no value to suit bins to
      ['spend', [0]],
      ['plan', undefined],
      ['active', undefined],
      ['gender', undefined],
      ['churned', [0]],
    ]);
  });

  it('are not left open by a champion that never saw a value of a feature', () => {
    const reference = referenceProfile(spec, { at: AT, history: [] }, undefined);
    const whole = { at: AT, history: [], ...champion(numeric('age', [1]), numeric('spend')) };
    const { champion: seen, history } = partContext({ context: whole, reference });
    expect(seen?.baseline.features.map(({ name }) => name)).toEqual(['age']);
    expect(history).toEqual([{ dataset: 0, rows: 0, at: AT, profile: reference }]);
  });

  it('are looked for in the largest part that is read quickly, and never in an empty one', () => {
    const [empty, small, good, large, larger] = [0, 1, 256, 257, 1_000].map((size) => ({ size: size * 1024 ** 2 }));
    const parts = [larger, empty, small, large, good] as { size: number }[];
    expect(partsToGlanceAt(parts, 3)).toEqual([good, small, large]);
    expect(partsToGlanceAt([larger, large] as { size: number }[], 1)).toEqual([large]);
  });
});
