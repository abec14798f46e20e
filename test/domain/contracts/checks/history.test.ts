import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allowedByHistory, type Strategy } from '../../../../domain/contracts/checks/strategies.ts';
import { mergeProfiles } from '../../../../domain/profiles/profile.ts';
import { mean, median } from '../../../../stats/history/centre.ts';
import { AT, type Case, churnProfile, judgedCheck, versionsOf, versionsWith } from './judged.ts';

const volume = (rows: number, history: readonly number[], check: object = {}) =>
  judgedCheck({ type: 'volume', ...check }, { figures: { rows }, context: { history: versionsOf(history) } });

describe('volume', () => {
  // per strategy: history, then the least and the largest allowed number of rows
  const cases: [string, object, number[], [number, number]][] = [
    ['half to double of the mean', { type: 'relative' }, [100, 200, 300], [100, 400]],
    ['shares of the mean', { type: 'relative', maxDecrease: 0.1, maxIncrease: 0.25 }, [100, 200, 300], [180, 250]],
    ['exactly the mean', { type: 'relative', maxDecrease: 0, maxIncrease: 0 }, [200, 200, 200], [200, 200]],
    ['three standard deviations', { type: 'deviation' }, [90, 100, 110], [70, 130]],
    ['two standard deviations', { type: 'deviation', sigmas: 2 }, [90, 100, 110], [80, 120]],
    ['1 % of a history without variance', { type: 'deviation' }, [1_000, 1_000, 1_000], [990, 1_010]],
    ['1 % of the median without deviations', { type: 'median' }, [1_000, 1_000, 1_000, 7], [990, 1_010]],
    ['deviations of the median', { type: 'median', sigmas: 1 / 1.4826 }, [9_000, 10_000, 11_500, 1e8], [9_500, 12_000]],
    ['the range widened by a quarter', { type: 'range' }, [100, 200, 140], [75, 225]],
    ['the range as it is', { type: 'range', margin: 0 }, [100, 200, 140], [100, 200]],
    ['1 % around a range of one value', { type: 'range', margin: 0 }, [1_000, 1_000, 1_000], [990, 1_010]],
  ];
  for (const [what, strategy, history, [least, most]] of cases) {
    it(`allows ${what}`, () => {
      const status = (rows: number) => volume(rows, history, { strategy }).status;
      expect([least - 1, least, most, most + 1].map(status)).toEqual(['failed', 'passed', 'passed', 'failed']);
    });
  }

  it('says what is allowed and why', () => {
    expect(volume(99, [100, 200, 300])).toEqual({
      id: 'volume',
      type: 'volume',
      severity: 'error',
      status: 'failed',
      value: 99,
      min: 100,
      max: 400,
      message: '99 rows; 100 to 400 are allowed: 50 % less to 100 % more than the mean 200 of the last 3 versions',
    });
  });

  for (const [versions, minVersions, status] of [
    [2, 3, 'insufficient-history'],
    [3, 3, 'passed'],
    [0, 1, 'insufficient-history'],
    [1, 1, 'passed'],
  ] as const) {
    it(`is ${status} with ${versions} versions of at least ${minVersions}`, () => {
      for (const type of ['relative', 'deviation', 'median', 'range'])
        expect(volume(100, Array(versions).fill(100), { minVersions, strategy: { type } })).toMatchObject({
          status,
          value: 100,
        });
    });
  }

  it('looks back at so many versions and no further', () => {
    const history = [100, 100, 100, 1_000_000];
    expect(volume(100, history, { versions: 3 }).status).toBe('passed');
    expect(volume(100, history, { versions: 4 }).status).toBe('failed');
    expect(volume(100, history, { versions: 2 }).status).toBe('insufficient-history');
  });

  it('allows no negative number of rows', () => {
    expect(volume(0, [1, 1, 1_000], { strategy: { type: 'deviation' } })).toMatchObject({ status: 'passed', min: 0 });
  });
});

const spending = (
  statistic: string,
  now: readonly (number | null)[],
  history: readonly (readonly (number | null)[])[],
  check: object = {},
) =>
  judgedCheck(
    { type: 'statistic', column: 'spend', statistic, ...check },
    {
      figures: { rows: now.length, profile: churnProfile(now.map((spend) => ({ spend }))) },
      context: { history: versionsWith(history) },
    },
  );

describe('a statistic', () => {
  const PAST = [
    [10, 20, 30],
    [20, 30, 40],
    [30, 40, 50],
  ];
  const range = { strategy: { type: 'range', margin: 0 } };
  // each statistic: its range over PAST is of the columns' figures
  const cases: [string, (number | null)[][], (number | null)[][]][] = [
    ['mean', [[20], [40, 40]], [[19.9], [40.1]]],
    ['min', [[10, 99], [30]], [[9.9, 99], [30.1]]],
    ['max', [[30], [50]], [[29.9], [50.1]]],
    [
      'stddev',
      [
        [10, 20, 30],
        [0, 10, 20],
      ],
      [
        [10, 20, 31],
        [5, 5],
      ],
    ],
    [
      'nullShare',
      [
        [1, 1],
        [...Array(99).fill(1), null],
      ],
      [[...Array(98).fill(1), null, null]],
    ],
  ];
  for (const [statistic, passing, failing] of cases) {
    for (const now of passing)
      it(`${statistic} of ${now.slice(-3)} passes`, () => {
        expect(spending(statistic, now, PAST, range)).toMatchObject({ status: 'passed', column: 'spend' });
      });
    for (const now of failing)
      it(`${statistic} of ${now.slice(-3)} fails`, () => {
        expect(spending(statistic, now, PAST, range)).toMatchObject({ status: 'failed', column: 'spend' });
      });
  }

  it('says figure, column and what is allowed', () => {
    expect(spending('mean', [70], PAST).message).toBe(
      'the mean of spend is 70; 15 to 60 are allowed: 50 % less to 100 % more than the mean 30 of the last 3 versions',
    );
  });

  it('allows a trifle beside a spread when the figure itself never varied', () => {
    const same = [
      [-10, 10],
      [-10, 10],
      [-10, 10],
    ];
    const deviation = { strategy: { type: 'deviation' } };
    // the mean was always 0; one hundredth of the standard deviation of 10
    expect(spending('mean', [-9.9, 10.1], same, deviation).status).toBe('passed');
    expect(spending('mean', [-9.8, 10.2], same, deviation).status).toBe('failed');
    for (const type of ['relative', 'median', 'range'])
      expect(spending('mean', [-9.9, 10.1], same, { strategy: { type } }).status).toBe('passed');
  });

  it('allows a trifle beside the value of a column that never varied', () => {
    const same = [[100], [100], [100]];
    const median = { strategy: { type: 'median' } };
    expect(spending('max', [101], same, median).status).toBe('passed');
    expect(spending('max', [101.1], same, median).status).toBe('failed');
  });

  it('allows a hundredth of missing cells where none was missing', () => {
    const full = [[1], [1], [1]];
    const cells = (missing: number) => [...Array(200 - missing).fill(1), ...Array(missing).fill(null)];
    for (const type of ['relative', 'deviation', 'median', 'range']) {
      expect(spending('nullShare', cells(2), full, { strategy: { type } }).status).toBe('passed');
      expect(spending('nullShare', cells(3), full, { strategy: { type } }).status).toBe('failed');
    }
  });

  it('passes over versions that do not have the figure', () => {
    const history = [...versionsWith([[1], [null], [1]]), ...versionsOf([5, 5])];
    const check = { type: 'statistic', column: 'spend', statistic: 'mean' };
    const figures = { rows: 1, profile: churnProfile([{ spend: 1 }]) };
    expect(judgedCheck(check, { figures, context: { history } })).toMatchObject({
      status: 'insufficient-history',
      message: 'the mean of spend is 1; 2 earlier accepted versions have this figure, 3 are needed',
    });
    expect(judgedCheck({ ...check, minVersions: 2 }, { figures, context: { history } }).status).toBe('passed');
  });

  const times = (...days: number[]): Case => ({
    figures: { rows: 2, profile: churnProfile(days.map((day) => ({ seen_at: `2026-03-0${day}T00:00:00Z` }))) },
  });
  const context = { history: [1, 2, 3].map((day) => ({ dataset: day, rows: 1, at: AT, ...times(day).figures })) };

  it('of times is shown as one', () => {
    const check = { type: 'statistic', column: 'seen_at', statistic: 'max', strategy: { type: 'range' } };
    const outcome = judgedCheck(check, { ...times(9), context });
    expect(outcome.status).toBe('failed');
    expect(outcome.message).toContain('the max of seen_at is 1773014400000 ms (2026-03-09T00:00:00.000Z)');
  });

  it('of times has no trifles but beside their spread', () => {
    const check = { type: 'statistic', column: 'seen_at', statistic: 'max', strategy: { type: 'deviation' } };
    const same = { history: [1, 2, 3].map((version) => ({ dataset: version, rows: 1, at: AT, ...times(3).figures })) };
    expect(judgedCheck(check, { ...times(3), context: same }).status).toBe('passed');
    expect(judgedCheck(check, { ...times(4), context: same }).status).toBe('failed');
  });

  it('of times beyond what a date can hold is a number', () => {
    const check = { type: 'statistic', column: 'seen_at', statistic: 'max' };
    const figures = { rows: 1, profile: churnProfile([{ seen_at: 9e15 }]) };
    expect(judgedCheck(check, { figures }).message).toContain('the max of seen_at is 9000000000000000; ');
  });

  const nothing: [string, object, Case, string, string][] = [
    ['no profile', { column: 'spend', statistic: 'mean' }, {}, 'unavailable', 'spend was not counted'],
    [
      'a column without values',
      { column: 'spend', statistic: 'mean' },
      { figures: { rows: 1, profile: churnProfile([{}]) } },
      'insufficient-data',
      'spend has no finite value to take the mean of',
    ],
    [
      'a category',
      { column: 'plan', statistic: 'mean' },
      { figures: { rows: 1, profile: churnProfile([{ plan: 'free' }]) } },
      'unavailable',
      'plan has no mean in its profile',
    ],
    [
      'a protected column',
      { column: 'gender', statistic: 'max' },
      { figures: { rows: 1, profile: churnProfile([{ gender: 'f' }]) } },
      'unavailable',
      'gender has no max in its profile',
    ],
    [
      'numbers beyond moments',
      { column: 'spend', statistic: 'stddev' },
      { figures: { rows: 1, profile: churnProfile([{ spend: 1e300 }]) } },
      'unavailable',
      'spend has no stddev in its profile',
    ],
    [
      'no rows',
      { column: 'spend', statistic: 'nullShare' },
      { figures: { rows: 0, profile: churnProfile([]) } },
      'insufficient-data',
      'spend has no finite value to take the nullShare of',
    ],
  ];
  for (const [what, check, given, status, message] of nothing) {
    it(`is ${status} for ${what}`, () => {
      expect(judgedCheck({ type: 'statistic', ...check }, given)).toMatchObject({ status, message });
    });
  }
});

const anyStrategy: fc.Arbitrary<Strategy> = fc.oneof(
  fc.record({
    type: fc.constant('relative' as const),
    maxDecrease: fc.double({ min: 0, max: 1, noNaN: true }),
    maxIncrease: fc.double({ min: 0, max: 10, noNaN: true }),
  }),
  fc.record({ type: fc.constant('deviation' as const), sigmas: fc.double({ min: 0.1, max: 9, noNaN: true }) }),
  fc.record({ type: fc.constant('median' as const), sigmas: fc.double({ min: 0.1, max: 9, noNaN: true }) }),
  fc.record({ type: fc.constant('range' as const), margin: fc.double({ min: 0, max: 2, noNaN: true }) }),
);
const number = fc.double({ min: -1e12, max: 1e12, noNaN: true });
const STATISTICS = ['mean', 'stddev', 'min', 'max', 'nullShare'];

const any = fc.double({ noNaN: true, noDefaultInfinity: true });

describe('whatever the history', () => {
  it('limits are numbers that can be written down, the largest included', () => {
    fc.assert(
      fc.property(anyStrategy, fc.array(any, { minLength: 1, maxLength: 12 }), (strategy, values) => {
        const { min, max } = allowedByHistory(strategy, values);
        expect([min, max].every(Number.isFinite)).toBe(true);
        expect(min).toBeLessThanOrEqual(max);
      }),
    );
  });

  it('its order does not matter', () => {
    fc.assert(
      fc.property(
        anyStrategy,
        fc.array(number, { minLength: 1, maxLength: 12 }),
        fc.nat(),
        (strategy, values, turn) => {
          const turned = [...values.slice(turn % values.length), ...values.slice(0, turn % values.length)].reverse();
          expect(allowedByHistory(strategy, turned)).toEqual(allowedByHistory(strategy, values));
        },
      ),
    );
  });

  it('its own middle is allowed', () => {
    fc.assert(
      fc.property(anyStrategy, fc.array(number, { minLength: 1, maxLength: 12 }), (strategy, values) => {
        const { min, max } = allowedByHistory(strategy, values);
        const middle = strategy.type === 'median' ? median(values) : mean(values.toSorted((a, b) => a - b));
        const slack = 1e-9 * Math.max(...values.map(Math.abs));
        expect(min).toBeLessThanOrEqual(middle + slack);
        expect(max).toBeGreaterThanOrEqual(middle - slack);
      }),
    );
  });

  it('identical data never fails', () => {
    const cells = fc.array(fc.option(number), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(anyStrategy, cells, fc.integer({ min: 1, max: 9 }), (strategy, values, versions) => {
        const check = { strategy, minVersions: 1, versions: 9 };
        const history = Array(versions).fill(values);
        expect(
          volume(
            values.length,
            history.map(({ length }) => length),
            check,
          ).status,
        ).toBe('passed');
        for (const statistic of STATISTICS) {
          const { status } = spending(statistic, values, history, check);
          expect(status).toBe(
            values.every((value) => value === null) && statistic !== 'nullShare' ? 'insufficient-data' : 'passed',
          );
        }
      }),
      { numRuns: 50 },
    );
  });

  it('data that was profiled in parts is judged as if in one', () => {
    const cells = fc.array(fc.option(number), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(anyStrategy, cells, cells, (strategy, a, b) => {
        const profile = (values: readonly (number | null)[]) => churnProfile(values.map((spend) => ({ spend })));
        const merged = mergeProfiles(profile(a), profile(b));
        const whole = profile([...a, ...b]);
        const history = Array(3).fill({ dataset: 1, rows: merged.rows, at: AT, profile: whole });
        for (const statistic of STATISTICS) {
          const check = { type: 'statistic', column: 'spend', statistic, strategy };
          const outcome = judgedCheck(check, { figures: { rows: merged.rows, profile: merged }, context: { history } });
          expect(['passed', 'insufficient-data']).toContain(outcome.status);
        }
      }),
      { numRuns: 50 },
    );
  });
});
