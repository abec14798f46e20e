import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { binsOfBuckets, bucketsOfBins, nextBelow } from '../../../domain/model-monitor/buckets.ts';
import { Constraints } from '../../../domain/model-monitor/constraints.ts';
import { profileOfStatistics } from '../../../domain/model-monitor/reference-profile.ts';
import { Statistics } from '../../../domain/model-monitor/statistics.ts';
import { constraintsJson, statisticsJson } from '../../../domain/model-monitor/write.ts';
import { referenceColumns } from '../../../domain/profiles/columns.ts';
import { type ColumnProfile, Profile } from '../../../domain/profiles/profile.ts';
import { ProfileAccumulator } from '../../../domain/profiles/profile-accumulator.ts';
import { ProfileFile, profileFile } from '../../../domain/profiles/profile-file.ts';
import { aModelSpec } from '../../fixtures/builders.ts';
import { statistics } from './files.ts';

const tens = (low: number, high: number, count = (_: number) => 1) =>
  Array.from({ length: 10 }, (_, i) => ({
    lower_bound: low + ((high - low) * i) / 10,
    upper_bound: i === 9 ? high : low + ((high - low) * (i + 1)) / 10,
    count: count(i),
  }));
const columnOf = (name: string): ColumnProfile =>
  profileOfStatistics(statistics()).columns.find((column) => column.name === name) as ColumnProfile;

describe('the profile of statistics.json', () => {
  it('has a bin per bucket between two empty ones, and a category per value', () => {
    const { bins, ...balance } = columnOf('balance');
    expect(bins?.counts.at(0)).toBe(0);
    expect(bins?.counts.at(-1)).toBe(0);
    expect(bins?.counts).toHaveLength(12);
    expect(bins?.counts.reduce((sum, count) => sum + count)).toBe(2_000);
    expect(balance).toMatchObject({ type: 'numeric', count: 2_000, nulls: 0 });
    expect(columnOf('day_mins').nulls).toBeGreaterThan(0);
    const { categories } = columnOf('state');
    expect(categories?.values.map(([value]) => value)).toEqual(['OH', 'NJ', 'KS']);
    expect(categories?.other).toBe(0);
  });

  it('is a file that is read again', () => {
    const file = profileFile(profileOfStatistics(statistics()));
    expect(ProfileFile.parse(JSON.parse(JSON.stringify(file)))).toEqual(file);
    expect(ProfileFile.safeParse({ ...file, kind: 'other' }).success).toBe(false);
  });

  it('counts a whole number on a bound where Model Monitor counts it', () => {
    const bins = binsOfBuckets(tens(0, 10));
    const column = { name: 'a', type: 'numeric', edges: bins?.edges ?? [] } as const;
    const counted = new ProfileAccumulator([column]).add([[-1], [0], [1], [9], [10], [11]]).profile().columns[0];
    expect(counted?.bins?.counts).toEqual([1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 2, 1]);
  });

  it.each([
    ['no bucket', []],
    ['bounds that fall', tens(10, 0)],
  ])('has no bins for %s', (_what, buckets) => {
    expect(binsOfBuckets(buckets)).toBeUndefined();
  });

  it('has one bin for a constant', () => {
    const bins = binsOfBuckets(tens(5, 5, (i) => (i === 9 ? 40 : 0)));
    expect(bins?.counts).toEqual([0, 40, 0]);
    expect(bins?.edges[0]).toBeLessThan(5);
    expect(bins?.edges[1]).toBeGreaterThan(5);
  });

  it('keeps a text without counted values, and a column without values', () => {
    const common = { num_present: 0, num_missing: 7 };
    const features = [
      { name: 'a', inferred_type: 'String', string_statistics: { common: { num_present: 7, num_missing: 0 } } },
      { name: 'b', inferred_type: 'Fractional', numerical_statistics: { common, mean: 'NaN' } },
      { name: 'c', inferred_type: 'Unknown' },
    ];
    const profile = profileOfStatistics(Statistics.parse({ dataset: { item_count: 7 }, features }));
    expect(profile.columns.map(({ type, count, nulls }) => [type, count, nulls])).toEqual([
      ['string', 7, 0],
      ['numeric', 0, 7],
      ['string', 0, 0],
    ]);
    expect(Profile.safeParse(profile).success).toBe(true);
  });
});

describe('nextBelow', () => {
  it('leaves no double between', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e300 }), (value) => {
        const below = nextBelow(value);
        expect(below).toBeLessThan(value);
        const middle = below + (value - below) / 2;
        expect(middle === below || middle === value).toBe(true);
      }),
    );
  });
});

describe('the statistics of a profile', () => {
  it('are those it was made from, but for the sketch', () => {
    const written = statisticsJson(profileOfStatistics(statistics()));
    for (const [i, feature] of written.features.entries()) {
      const [now, before] = [feature.numerical_statistics, statistics().features[i]?.numerical_statistics];
      expect(now?.distribution?.kll?.sketch).toBeUndefined();
      expect(now?.common).toEqual(before?.common);
      expect(now?.std_dev).toEqual(before?.std_dev === undefined ? undefined : expect.closeTo(before.std_dev, 9));
      const counts = (one: typeof now) => one?.distribution?.kll?.buckets.map(({ count }) => count);
      expect(counts(now)).toEqual(counts(before));
    }
    expect(Statistics.parse(written)).toEqual(written);
  });

  it('put whole numbers with a bin of their own where they are', () => {
    const column = { name: 'churned', type: 'numeric', edges: [-0.5, 0.5, 1.5] } as const;
    const rows = Array.from({ length: 100 }, (_, i) => [i < 85 ? 0 : 1]);
    const profile = new ProfileAccumulator([column]).add(rows).profile();
    const [feature] = statisticsJson(profile, aModelSpec()).features;
    expect(feature?.inferred_type).toBe('Integral');
    const counts = feature?.numerical_statistics?.distribution?.kll?.buckets.map(({ count }) => count);
    expect(counts).toEqual([85, 0, 0, 0, 0, 0, 0, 0, 0, 15]);
  });

  it('have ten buckets that hold every value, whatever the bins', () => {
    const edges = fc.uniqueArray(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 15 });
    const values = fc.array(fc.double({ min: -100, max: 100, noNaN: true }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(edges, values, fc.boolean(), (unsorted, numbers, whole) => {
        const column = { name: 'a', type: 'numeric', edges: unsorted.sort((a, b) => a - b) } as const;
        const rows = numbers.map((number) => [whole ? Math.round(number) : number]);
        const [profile] = new ProfileAccumulator([column]).add(rows).profile().columns;
        const buckets = bucketsOfBins(profile as ColumnProfile, whole);
        expect(buckets.map(({ count }) => count).filter((count) => count < 0)).toEqual([]);
        expect(buckets.reduce((sum, { count }) => sum + count, 0)).toBe(numbers.length);
      }),
    );
  });

  it('tell nothing of the values of texts that are not counted', () => {
    const profile = new ProfileAccumulator([{ name: 'id', type: 'string' }]).add([['a'], ['b'], [null]]).profile();
    expect(statisticsJson(profile).features).toEqual([
      { name: 'id', inferred_type: 'String', string_statistics: { common: { num_present: 2, num_missing: 1 } } },
    ]);
  });
});

describe('the constraints of a profile', () => {
  const columns = [
    { name: 'age', type: 'numeric' },
    { name: 'spend', type: 'numeric' },
    { name: 'plan', type: 'category' },
    { name: 'active', type: 'boolean' },
  ] as const;
  const profile = new ProfileAccumulator(columns)
    .add([
      [30, 1.5, 'free', true],
      [40, -2, 'pro', false],
      [50, null, 'pro', true],
      [60, null, 'pro', true],
    ])
    .profile();

  it('say what was seen', () => {
    const written = constraintsJson(profile);
    expect(written.features).toEqual([
      { name: 'age', inferred_type: 'Fractional', completeness: 1, num_constraints: { is_non_negative: true } },
      { name: 'spend', inferred_type: 'Fractional', completeness: 0.5, num_constraints: { is_non_negative: false } },
      { name: 'plan', inferred_type: 'String', completeness: 1, string_constraints: { domains: ['pro', 'free'] } },
      { name: 'active', inferred_type: 'String', completeness: 1, string_constraints: { domains: ['false', 'true'] } },
    ]);
    expect(Constraints.parse(written)).toEqual(written);
  });

  it('say what the spec allows where it does', () => {
    const [age, spend, plan] = constraintsJson(profile, aModelSpec()).features;
    expect(age?.inferred_type).toBe('Integral');
    expect(spend).toMatchObject({ completeness: 0.5, num_constraints: { is_non_negative: true } });
    expect(plan?.string_constraints).toEqual({ domains: ['free', 'basic', 'pro'] });
  });
});

it('a profile of statistics is what windows are counted over', () => {
  const { columns } = profileOfStatistics(statistics());
  const window = new ProfileAccumulator(referenceColumns(columns)).add([[1, 10, 180, 'OH', 0, 1.5]]).profile();
  expect(window.columns.map(({ count }) => count)).toEqual([1, 1, 1, 1, 1, 1]);
});
