import { describe, expect, it } from 'vitest';
import {
  calibrationSpec,
  NO_THRESHOLDS,
  shiftsFound,
  streamWithoutDrift,
} from '../../../bench/lib/drift-calibration.ts';
import { binomialUpperTail } from '../../../stats/distributions/binomial.ts';

// thresholds of next to nothing: only significance is left to hold an alarm back
const bare = { ...NO_THRESHOLDS, quality: { minLabels: 30, maxLoss: 1e-9 } };
const RATE = 0.01;
/** As many or more would come up once in 10,000 seeds at exactly the chance that is stated. */
const TOO_UNLIKELY = 1e-4;

describe('significance over 20 features, prediction and quality', () => {
  for (const { rows, windows } of [
    { rows: 50, windows: 500 },
    { rows: 100, windows: 500 },
    { rows: 200, windows: 500 },
    { rows: 1_000, windows: 300 },
  ]) {
    it(`lets windows of ${rows} rows without drift breach no more often than stated`, () => {
      const spec = calibrationSpec({ ...bare, falseDiscoveryRate: RATE });
      const { breached } = streamWithoutDrift({ rows, windows, seed: rows, spec, labelled: 0.5 });
      expect(binomialUpperTail(breached, windows, RATE)).toBeGreaterThan(TOO_UNLIKELY);
    });
  }

  it('alarms by two of three windows no sooner than monitoring.falseAlarmInterval says', () => {
    const spec = calibrationSpec({ ...bare, falseDiscoveryRate: 0.5, falseAlarmInterval: '30d' });
    const { windows, alarms } = streamWithoutDrift({ rows: 100, windows: 1_200, seed: 3, spec, labelled: 0.5 });
    // the budget is used, and not exceeded
    expect(alarms).toBeGreaterThan(windows / 60);
    expect(binomialUpperTail(alarms, windows, 1 / 30)).toBeGreaterThan(TOO_UNLIKELY);
  });
});

describe('an alarm, effect threshold included', () => {
  it('finds a shift of one feature by a quarter of a standard deviation in 90 % of windows of 500 rows', () => {
    const found = shiftsFound({ rows: 500, windows: 400, seed: 77, spec: calibrationSpec(), labelled: 0.2 }, 0.25);
    expect(found / 400).toBeGreaterThanOrEqual(0.9);
  });

  it('finds half a standard deviation at 200 rows', () => {
    const found = shiftsFound({ rows: 200, windows: 100, seed: 78, spec: calibrationSpec(), labelled: 0.2 }, 0.5);
    expect(found).toBeGreaterThanOrEqual(98);
  });
});
