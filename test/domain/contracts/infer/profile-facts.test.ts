import { describe, expect, it } from 'vitest';
import { profileFacts } from '../../../../domain/contracts/infer/profile-facts.ts';
import { suggestContract } from '../../../../domain/contracts/infer/suggest-contract.ts';
import { profiledColumns } from '../../../../domain/profiles/columns.ts';
import { ProfileAccumulator } from '../../../../domain/profiles/profile-accumulator.ts';
import { edgesOf } from '../../../../stats/binning/reference-quantiles.ts';
import { aModelSpec } from '../../../fixtures/builders.ts';
import { seeded } from '../../../fixtures/random.ts';

const random = seeded(7);
const exponential = () => -Math.log(1 - random());
const spec = aModelSpec({
  data: {
    columns: [
      { name: 'id', type: 'string' },
      { name: 'wait', type: 'number', nullable: true },
      { name: 'stars', type: 'integer' },
      { name: 'plan', type: 'category' },
      { name: 'churned', type: 'integer' },
    ],
    target: 'churned',
    id: 'id',
    timestamp: undefined,
    protected: [],
  },
});

function profileOf(rows: readonly (readonly unknown[])[]) {
  const columns = profiledColumns(spec).map((column, index) => {
    if (column.type !== 'numeric') return column;
    const values = rows.map((row) => row[index]).filter((value) => typeof value === 'number');
    return { ...column, edges: edgesOf(Float64Array.from(values)) };
  });
  return new ProfileAccumulator(columns).add(rows).profile();
}
const draw = (n: number) =>
  Array.from({ length: n }, (_, i) => [
    `c${i}`,
    random() < 0.1 ? null : exponential(),
    1 + Math.floor(5 * random()),
    ['free', 'pro'][Math.floor(2 * random())],
    random() < 0.25 ? 1 : 0,
  ]);
const infer = (rows: readonly (readonly unknown[])[]) =>
  suggestContract(profileFacts(profileOf(rows), { source: 'data set 1', data: spec.data, files: [rows.length] }), spec);

describe('a contract by a stored profile', () => {
  it('knows what a profile tells, and nothing else', () => {
    const { columns, keys, checks } = infer(draw(2_000));
    const fields = Object.fromEntries(columns.map((column) => [column.name, column.fields]));
    expect(fields.id).toEqual({});
    expect(fields.wait).toMatchObject({ nullable: true, min: 0, maxNullShare: expect.closeTo(0.13, 1) });
    expect(fields.plan).toMatchObject({ values: ['free', 'pro'], maxUnseenShare: 0.01 });
    expect(fields.stars).toEqual({ nullable: false, min: 1, max: 5 });
    expect(keys).toEqual([]);
    expect(checks.map(({ check }) => check.type)).toEqual(['row-count', 'label-balance']);
  });

  it('suggests ranges that hold for files like it', () => {
    let broken = 0;
    for (let repeat = 0; repeat < 200; repeat++) {
      const wait = infer(draw(500)).columns.find(({ name }) => name === 'wait')?.fields;
      expect(wait?.max).toBeLessThan(1_000);
      if (Array.from({ length: 500 }, exponential).some((value) => value > (wait?.max as number))) broken += 1;
    }
    expect(broken / 200).toBeLessThanOrEqual(0.05);
  });
});
