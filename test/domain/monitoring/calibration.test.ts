import { describe, expect, it } from 'vitest';
import type { ProfiledColumn } from '../../../domain/profiles/columns.ts';
import { binomialUpperTail } from '../../../stats/distributions/binomial.ts';
import { aModelSpec } from '../../fixtures/builders.ts';
import { assessRows, findingsOf } from '../../fixtures/monitor-records.ts';
import { aBaseline, DECILES } from '../../fixtures/monitoring.ts';
import { seeded } from '../../fixtures/random.ts';

const FEATURES = 20;
const RATE = 0.05;
const WINDOWS_PER_BASELINE = 20;

const columns: ProfiledColumn[] = Array.from({ length: FEATURES + 1 }, (_, i) => ({
  name: i < FEATURES ? `f${i}` : 'prediction',
  type: 'numeric',
  edges: i % 2 === 0 ? DECILES : Array.from({ length: 19 }, (_, edge) => (edge + 1) / 20),
}));

const rows = (count: number, random: () => number): number[][] =>
  Array.from({ length: count }, () => columns.map(() => random()));

// thresholds of next to nothing: only significance is left to hold an alarm back
const nothing = { threshold: 1e-9, predictionThreshold: 1e-9, missingThreshold: 1e-9 };
const spec = aModelSpec({ monitoring: { ...nothing, falseDiscoveryRate: RATE, falseAlarmInterval: '1d' } });

describe('significance', () => {
  for (const { n, windows } of [
    { n: 200, windows: 400 },
    { n: 1_000, windows: 160 },
  ]) {
    it(`breaches under no drift at ${n} rows and ${FEATURES} features no more often than the false discovery rate`, () => {
      const random = seeded(n);
      let breached = 0;
      for (let i = 0; i < windows / WINDOWS_PER_BASELINE; i++) {
        const baseline = aBaseline(columns, rows(5_000, random));
        for (let j = 0; j < WINDOWS_PER_BASELINE; j++) {
          if (assessRows(baseline, rows(n, random), { spec }).outcomes.some((outcome) => outcome.breached))
            breached += 1;
        }
      }
      expect(breached).toBeGreaterThan(0);
      // as many or more would come up once in 10,000 seeds at exactly the rate
      expect(binomialUpperTail(breached, windows, RATE)).toBeGreaterThan(1e-4);
    });
  }

  it('finds a shift by half a standard deviation at 200 rows, effect threshold included', () => {
    const normal = (random: () => number) => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    const column: ProfiledColumn = {
      name: 'x',
      type: 'numeric',
      // deciles of the standard normal distribution
      edges: [-1.2816, -0.8416, -0.5244, -0.2533, 0, 0.2533, 0.5244, 0.8416, 1.2816],
    };
    const both = [column, { ...column, name: 'prediction' }];
    const random = seeded(77);
    const sample = (count: number, shift: number) =>
      Array.from({ length: count }, () => [normal(random) + shift, normal(random)]);
    const baseline = aBaseline(both, sample(10_000, 0));
    const found = Array.from({ length: 100 }, () => assessRows(baseline, sample(200, 0.5))).filter(
      (report) => findingsOf(report, 'feature-drift').x?.status === 'alarm',
    ).length;
    expect(found).toBeGreaterThanOrEqual(80);
  });
});
