import { describe, expect, it } from 'vitest';
import { costTable, idleCost, totalUsd } from '../../lib/idle-cost.ts';
import { aTemplate } from './platform.ts';

describe('the idle cost', () => {
  it('is at most 3 USD a month, and everything that costs at rest is in the table', () => {
    const lines = idleCost(aTemplate().toJSON());
    process.stdout.write(`${costTable(lines)}\n`);
    expect(totalUsd(lines)).toBeGreaterThan(1);
    expect(totalUsd(lines)).toBeLessThanOrEqual(3);
    expect(lines.map(({ what }) => what)).toEqual(expect.arrayContaining(['alarms', 'queue polling']));
  });

  for (const type of ['AWS::EC2::NatGateway', 'AWS::SageMaker::Endpoint', 'AWS::WAFv2::WebACL']) {
    it(`is refused for ${type}, by name`, () => {
      expect(() => idleCost({ Resources: { A: { Type: type } } })).toThrow(type);
    });
  }

  it('counts every metric of an alarm over an expression', () => {
    const Metrics = [{ Expression: 'm1+m2' }, { MetricStat: {} }, { MetricStat: {} }];
    const alarm = { Type: 'AWS::CloudWatch::Alarm', Properties: { Metrics } };
    expect(totalUsd(idleCost({ Resources: { A: alarm } }))).toBeCloseTo(0.2);
  });

  it('counts a key, and dashboards from the fourth', () => {
    const dashboards = Object.fromEntries([1, 2, 3, 4].map((n) => [`D${n}`, { Type: 'AWS::CloudWatch::Dashboard' }]));
    expect(totalUsd(idleCost({ Resources: { ...dashboards, K: { Type: 'AWS::KMS::Key' } } }))).toBeCloseTo(4);
  });

  it('counts the invocations of a schedule', () => {
    const rule = { Type: 'AWS::Events::Rule', Properties: { ScheduleExpression: 'rate(5 minutes)' } };
    expect(idleCost({ Resources: { R: rule } })[0]?.count).toBe(8_760);
  });

  it('is refused for a schedule it cannot count', () => {
    const rule = { Type: 'AWS::Events::Rule', Properties: { ScheduleExpression: 'cron(0 * * * ? *)' } };
    expect(() => idleCost({ Resources: { R: rule } })).toThrow('cron(0 * * * ? *)');
  });
});
