import fc from 'fast-check';
import { expect, it } from 'vitest';
import { durationMs } from '../../../domain/duration.ts';
import type { TrainingRun } from '../../../domain/registry/entities.ts';
import { costOf } from '../../../domain/training/cost.ts';
import { decisionTime, isAutomatic, type Trigger } from '../../../domain/training/reasons-to-train.ts';
import { decideTrigger } from '../../../domain/training/trigger.ts';
import { aModelSpec } from '../../fixtures/builders.ts';
import { AT, aDataset, aRun } from '../../fixtures/entities.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const START = Date.parse(AT);
const alarm = { decisionId: 'monitor-1', monitors: [], features: [], severity: 1 };

const Retrain = fc.record({
  cooldown: fc.constantFrom('1h', '1d', '3d'),
  every: fc.constantFrom('6h', '2d', undefined),
  maxRunsPerDay: fc.integer({ min: 0, max: 3 }),
  maxRunsPerMonth: fc.integer({ min: 3, max: 8 }),
  maxCostUsdPerMonth: fc.constantFrom(0, 0.115, 0.3, 0.5, undefined),
  minNewRows: fc.constant(0),
  breaker: fc.record({ failures: fc.integer({ min: 1, max: 3 }), pause: fc.constantFrom('2d', '10d') }),
});
const Step = fc.record({
  /** The clock goes on by this much. */
  hours: fc.integer({ min: 0, max: 60 }),
  kind: fc.constantFrom('drift', 'quality', 'schedule', 'new-data', 'manual'),
  /** An alarm is about a time before or after. */
  monitoredHours: fc.oneof(fc.constant(0), fc.integer({ min: -1_500, max: 200 })),
  status: fc.constantFrom('registered', 'rejected', 'failed', 'running'),
  /** Of the hour that the run may take. */
  share: fc.double({ min: 0, max: 1, noNaN: true }),
});

const triggerOf = (
  { kind, monitoredHours }: typeof Step extends fc.Arbitrary<infer S> ? S : never,
  now: Date,
): Trigger => {
  if (kind === 'manual') return { kind, reason: 'ana: try' };
  if (kind === 'new-data' || kind === 'schedule') return { kind };
  return { kind, at: new Date(now.getTime() + monitoredHours * HOUR), alarm };
};

const withCaps = (
  property: (history: Run[], retrain: ReturnType<typeof aModelSpec>['monitoring']['retrain']) => void,
) =>
  fc.assert(
    fc.property(Retrain, fc.array(Step, { minLength: 1, maxLength: 40 }), (caps, steps) => {
      const spec = aModelSpec({ monitoring: { retrain: caps } });
      const history: Run[] = [];
      let clock = START;
      for (const step of steps) {
        clock += step.hours * HOUR;
        const now = new Date(clock);
        const runs = history.map(({ run }) => run);
        const trigger = triggerOf(step, now);
        const { start } = decideTrigger(trigger, { spec, datasets: [aDataset()], runs, now });
        if (!start) continue;
        const at = decisionTime(trigger, now).toISOString();
        const run = aRun({
          runId: `churn-${history.length}`,
          startedAt: now.toISOString(),
          trigger: { kind: trigger.kind, reason: '', at },
        });
        history.push({ before: runs, run: { ...run, ...ending(step, clock) } });
        clock += HOUR;
      }
      property(history, spec.monitoring.retrain);
    }),
    { numRuns: 300 },
  );

interface Run {
  readonly before: readonly TrainingRun[];
  readonly run: TrainingRun;
}

function ending(
  { status, share }: { status: TrainingRun['status']; share: number },
  began: number,
): Partial<TrainingRun> {
  const job = { name: 'j', kind: 'training', status: 'Completed', startedAt: new Date(began).toISOString() } as const;
  if (status === 'running') return { jobs: [job] };
  return { status, endedAt: new Date(began + HOUR).toISOString(), jobs: [{ ...job, billableSeconds: share * 3_600 }] };
}

const automatic = (history: readonly Run[]) => history.filter(({ run }) => isAutomatic(run.trigger));
const most = (times: readonly number[], ms: number): number =>
  Math.max(0, ...times.map((end) => times.filter((time) => time <= end && end - time < ms).length));

it('no sequence of triggers starts more runs than the caps, or one inside a cooldown', () => {
  withCaps((history, { maxRunsPerDay, maxRunsPerMonth, cooldown }) => {
    const times = automatic(history).map(({ run }) => Date.parse(run.trigger.at ?? ''));
    expect(most(times, DAY)).toBeLessThanOrEqual(maxRunsPerDay);
    expect(most(times, 30 * DAY)).toBeLessThanOrEqual(maxRunsPerMonth);
    expect(most(times, durationMs(cooldown))).toBeLessThanOrEqual(1);
  });
});

it('no sequence of triggers starts a run while another goes on', () => {
  withCaps((history) => {
    expect(history.slice(0, -1).filter(({ run }) => run.status === 'running')).toEqual([]);
  });
});

it('no sequence of triggers spends more in 30 days than the cap, once an automatic run ends them', () => {
  const { training } = aModelSpec();
  withCaps((history, { maxCostUsdPerMonth = Number.POSITIVE_INFINITY }) => {
    for (const { before, run } of automatic(history)) {
      const recent = before.filter(({ startedAt }) => Date.parse(run.startedAt) - Date.parse(startedAt) < 30 * DAY);
      const usd = [...recent, run].reduce((sum, each) => sum + costOf(each, training).usd, 0);
      expect(usd).toBeLessThanOrEqual(maxCostUsdPerMonth + 1e-6);
    }
  });
});

it('no sequence of triggers starts an automatic run while the breaker is open', () => {
  withCaps((history, { breaker }) => {
    for (const { before, run } of automatic(history)) {
      const good = before.findLastIndex(({ status }) => status === 'registered');
      const failed = before.slice(good + 1).filter(({ trigger }) => isAutomatic(trigger));
      if (failed.length < breaker.failures) continue;
      const last = Date.parse(failed.at(-1)?.endedAt ?? '');
      expect(Date.parse(run.startedAt) - last).toBeGreaterThanOrEqual(durationMs(breaker.pause));
    }
  });
});
