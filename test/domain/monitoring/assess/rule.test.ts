import { describe, expect, it } from 'vitest';
import { alarmRule } from '../../../../domain/monitoring/assess/rule.ts';
import { expectedWindowsBetweenAlarms } from '../../../../stats/alarms/index.ts';
import { aModelSpec, type Overrides } from '../../../fixtures/builders.ts';

const rule = (monitoring: Overrides) => alarmRule(aModelSpec({ monitoring }).monitoring);

describe('the rule of an alarm', () => {
  it("takes the spec's rate where windows are few", () => {
    const { breachProbability, falseAlarmDays, ...rest } = rule({ window: '1d' });
    expect(breachProbability).toBe(0.01);
    const windows = expectedWindowsBetweenAlarms({ breachProbability: 0.01, breaches: 2, of: 3 });
    expect(falseAlarmDays).toBeCloseTo(windows, 9);
    expect(falseAlarmDays).toBeGreaterThan(365);
    expect(rest).toMatchObject({ breaches: 2, of: 3 });
  });

  it('lowers it where windows are many, so that the interval holds', () => {
    const hourly = rule({ window: '1h' });
    expect(hourly.breachProbability).toBeLessThan(0.01);
    expect(hourly.falseAlarmDays).toBeCloseTo(365, 6);
    expect(hourly.falseDiscoveryRate).toBeLessThan(hourly.breachProbability);
  });

  it('takes one breach in a row for what it is', () => {
    const daily = rule({ window: '1d', falseAlarmInterval: '1000d', persistence: { breaches: 1, of: 1 } });
    expect(daily.breachProbability).toBeCloseTo(1 / 1000, 12);
  });

  it('asks nothing of windows longer than the interval', () => {
    expect(rule({ window: '30d', falseAlarmInterval: '1d' }).breachProbability).toBe(0.01);
  });

  it('counts as few breaches as can be computed with, which alarm no later', () => {
    const many = rule({ window: '1m', falseAlarmInterval: '900000d', persistence: { breaches: 15, of: 30 } });
    expect(many).toMatchObject({ breaches: 15, of: 30 });
    expect(many.falseAlarmDays).toBeGreaterThanOrEqual(900_000 * (1 - 1e-6));
  });
});
