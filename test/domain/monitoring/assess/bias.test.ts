import { describe, expect, it } from 'vitest';
import type { GroupCounts } from '../../../../domain/monitoring/window-record.ts';
import { protectedLabel } from '../../../../domain/protected.ts';
import { aModelSpec, type Overrides } from '../../../fixtures/builders.ts';
import { binaryLive } from '../../../fixtures/live-counts.ts';
import { assessRows, findingsOf } from '../../../fixtures/monitor-records.ts';
import { aBaseline, churnRows } from '../../../fixtures/monitoring.ts';

const plain = aBaseline();
const rows = churnRows(1_000, 2);
const label = (value: string) => protectedLabel('gender', value);
/** Half of the rows are positive; of them and of the others as many are predicted wrong as said. */
const group = (value: string | null, count: number, selected: number, [fn, fp] = [0, 0]): GroupCounts => ({
  ...{ column: 'gender', value: value === null ? null : label(value), rows: count, predictedPositive: selected },
  ...{ tp: count / 2 - fn, fn, fp, tn: count / 2 - fp },
});
const assess = (groups: readonly GroupCounts[], bias: Overrides, holdout: readonly GroupCounts[] = []) =>
  assessRows({ ...plain, groups: [...holdout] }, rows, {
    spec: aModelSpec({ monitoring: { bias: [{ column: 'gender', ...bias }] } }),
    changes: { groups: [...groups] },
  });
const finding = (report: ReturnType<typeof assess>) => Object.values(findingsOf(report, 'bias'))[0];

describe('bias', () => {
  const parity = { metric: 'demographic_parity_difference', disadvantaged: ['f'] };

  it("is Clarify's difference of the disadvantaged to everybody else, missing ones included", () => {
    const report = assess([group('f', 400, 100), group('m', 300, 150), group(null, 100, 50)], { ...parity, max: 0.3 });
    expect(finding(report)).toMatchObject({ subject: 'gender demographic_parity_difference', value: 0.25, rows: 800 });
    expect(finding(report)).toMatchObject({ status: 'ok', threshold: 0.3 });
  });

  for (const [max, status] of [
    [0.1, 'alarm'],
    [0.2, 'ok'],
  ] as const) {
    it(`is ${status} for an interval ${status === 'alarm' ? 'outside' : 'that reaches into'} what ${max} allows`, () => {
      const report = assess([group('f', 400, 100), group('m', 400, 200)], { ...parity, max });
      const found = finding(report);
      expect(found?.status).toBe(status);
      expect((found?.interval?.[0] ?? 0) > max).toBe(status === 'alarm');
    });
  }

  it('takes ratios the same way on either side of 1', () => {
    const impact = { metric: 'disparate_impact', disadvantaged: ['f'], min: 0.8, max: 1.25 };
    const low = finding(assess([group('f', 2_000, 500), group('m', 2_000, 1_000)], impact));
    const high = finding(assess([group('f', 2_000, 1_000), group('m', 2_000, 500)], impact));
    expect(low).toMatchObject({ value: 0.5, threshold: 0.8, status: 'alarm' });
    expect(high).toMatchObject({ value: 2, status: 'alarm' });
    expect(high?.threshold).toBeCloseTo(1.25, 12);
    expect(high?.severity).toBeCloseTo(low?.severity ?? 0, 9);
  });

  it('holds a figure without a range against no holdout that was counted at another threshold', () => {
    const [holdout, groups] = [
      [group('f', 2_000, 750), group('m', 2_000, 1_000)],
      [group('f', 500, 100), group('m', 500, 250)],
    ];
    const spec = aModelSpec({ monitoring: { bias: [{ column: 'gender', ...parity }] } });
    for (const [threshold, status] of [
      [0.5, 'alarm'],
      [0.4, 'insufficient_data'],
    ] as const) {
      const live = binaryLive({ rows: 1_000, seed: 1, threshold });
      const report = assessRows({ ...plain, live, groups: holdout }, rows, { spec, changes: { groups } });
      expect(finding(report)?.status).toBe(status);
    }
  });

  it("holds a figure without a range against the holdout's", () => {
    const holdout = [group('f', 2_000, 750), group('m', 2_000, 1_000)];
    const same = assess([group('f', 500, 185), group('m', 500, 255)], parity, holdout);
    expect(finding(same)).toMatchObject({ status: 'ok', baseline: 0.125, threshold: 0.125 });
    const worse = assess([group('f', 500, 100), group('m', 500, 250)], parity, holdout);
    expect(finding(worse)).toMatchObject({ status: 'alarm', value: 0.3 });
    // as far from parity on the other side
    const turned = assess([group('f', 500, 300), group('m', 500, 250)], parity, holdout);
    expect(finding(turned)?.status).toBe('ok');
    expect(worse.outcomes[7]).toMatchObject({ monitor: 'bias', breached: true, status: 'warn' });
    expect(finding(assess([group('f', 500, 100), group('m', 500, 250)], parity))?.status).toBe('insufficient_data');
  });

  it('compares all groups with each other where none is named', () => {
    const groups = [group('f', 400, 100), group('m', 400, 200), group('x', 400, 160)];
    const found = finding(assess(groups, { metric: 'demographic_parity_difference', max: 0.1 }));
    expect(found).toMatchObject({ value: 0.25, rows: 1_200, status: 'alarm' });
  });

  for (const [metric, value] of [
    ['accuracy_difference', 0.1],
    ['equal_opportunity_difference', 0.2],
    ['equalized_odds_difference', 0.2],
    ['treatment_equality', 4],
  ] as const) {
    it(`measures ${metric} of labelled rows`, () => {
      const groups = [group('f', 4_000, 0, [500, 100]), group('m', 4_000, 0, [100, 100])];
      const found = finding(assess(groups, { metric, disadvantaged: ['f'], max: value / 4 }));
      expect(found?.value).toBeCloseTo(value, 12);
      expect(found?.status).toBe('alarm');
    });
  }

  for (const [minRows, status] of [
    [100, 'ok'],
    [101, 'insufficient_data'],
  ] as const) {
    it(`is ${status} with 100 rows of at least ${minRows} in the smaller group`, () => {
      const report = assess([group('f', 100, 50), group('m', 400, 200)], { ...parity, max: 0.2, minRows });
      expect(finding(report)?.status).toBe(status);
    });
  }

  it('shows values of a protected column nowhere', () => {
    const report = assess([group('female', 400, 100), group('m', 400, 200)], {
      ...parity,
      disadvantaged: ['female'],
      max: 0,
    });
    expect(finding(report)?.status).toBe('alarm');
    expect(JSON.stringify(report)).not.toContain('female');
  });
});
