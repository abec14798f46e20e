import { describe, expect, it } from 'vitest';
import type { TrainingRun } from '../../../domain/registry/entities.ts';
import type { AutomaticTrigger, TriggerState } from '../../../domain/training/reasons-to-train.ts';
import { decideTrigger } from '../../../domain/training/trigger.ts';
import { aModelSpec } from '../../fixtures/builders.ts';
import { AT, aDataset, aModelVersion, aRun } from '../../fixtures/entities.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const at = (ms: number) => new Date(Date.parse(AT) + ms).toISOString();
const alarm = { decisionId: 'monitor-1', monitors: ['feature-drift'], features: ['age'], severity: 2 } as const;
const drift: AutomaticTrigger = { kind: 'drift', at: new Date(AT), alarm };
const quality: AutomaticTrigger = { kind: 'quality', at: new Date(AT), alarm: { ...alarm, monitors: ['quality'] } };
const schedule: AutomaticTrigger = { kind: 'schedule' };

const RETRAIN = {
  cooldown: '7d',
  every: '14d',
  maxRunsPerDay: 2,
  maxRunsPerMonth: 3,
  maxCostUsdPerMonth: 1,
  minNewRows: 100,
  breaker: { failures: 2, pause: '10d' },
};
const specWith = (retrain: object, training: object = {}) =>
  aModelSpec({ training, monitoring: { retrain: { ...RETRAIN, ...retrain } } });

let runs = 0;
/** A run that began so long before or after AT, and ended an hour later. */
function ended(ms: number, overrides: Partial<TrainingRun> = {}, kind: TrainingRun['trigger']['kind'] = 'drift') {
  runs += 1;
  return aRun({
    runId: `churn-${runs}`,
    status: 'registered',
    trigger: { kind, reason: '' },
    startedAt: at(ms),
    endedAt: at(ms + HOUR),
    ...overrides,
  });
}

function state(overrides: Partial<TriggerState> = {}): TriggerState {
  return {
    spec: specWith({}),
    datasets: [aDataset({ version: 1 }), aDataset({ version: 2 })],
    runs: [],
    champion: aModelVersion({ datasetVersions: [1] }),
    now: new Date(AT),
    ...overrides,
  };
}

describe('what nobody asked for', () => {
  for (const [trigger, reason] of [
    [drift, 'drift in age, with 100 rows the champion has not seen'],
    [quality, 'an alarm about quality (age), with 100 rows the champion has not seen'],
    [schedule, 'monitoring.retrain.every has passed, with 100 rows the champion has not seen'],
  ] as const) {
    it(`starts a run when no brake holds: ${trigger.kind}`, () => {
      expect(decideTrigger(trigger, state())).toMatchObject({ start: true, reasons: [reason] });
    });
  }

  const long = { maxRunsPerDay: 9, maxRunsPerMonth: 9, cooldown: '1s', maxCostUsdPerMonth: undefined };
  const failed = { status: 'failed' as const };
  const billed = (usd: number) => ({
    jobs: [
      {
        name: 'j',
        kind: 'training',
        status: 'Completed',
        startedAt: AT,
        billableSeconds: (usd / 0.115) * 3_600,
      } as const,
    ],
  });
  const cases: { name: string; holds: boolean; change: Partial<TriggerState>; trigger?: AutomaticTrigger }[] = [
    {
      name: 'a run that is still going',
      change: { runs: [ended(-9 * DAY, { status: 'running' }, 'manual')] },
      holds: true,
    },
    { name: 'a run that has ended', change: { runs: [ended(-9 * DAY, failed, 'manual')] }, holds: false },
    { name: 'a retraining just inside the cooldown', change: { runs: [ended(-7 * DAY + 1)] }, holds: true },
    { name: 'a retraining exactly one cooldown ago', change: { runs: [ended(-7 * DAY)] }, holds: false },
    {
      name: 'a retraining decided for a later time, inside the cooldown',
      change: { runs: [ended(7 * DAY - 1)] },
      holds: true,
    },
    { name: 'a retraining decided for a time one cooldown later', change: { runs: [ended(7 * DAY)] }, holds: false },
    {
      name: 'a retraining of today that was decided for a time long ago',
      change: { runs: [ended(0, { trigger: { kind: 'drift', reason: '', at: at(-90 * DAY) } })] },
      holds: false,
    },
    { name: 'a run by hand inside the cooldown', change: { runs: [ended(-DAY, {}, 'manual')] }, holds: false },
    {
      name: 'a used-up day',
      change: { spec: specWith({ ...long, maxRunsPerDay: 2 }), runs: [ended(-DAY + 1), ended(-HOUR)] },
      holds: true,
    },
    {
      name: 'a day with one run left',
      change: { spec: specWith({ ...long, maxRunsPerDay: 2 }), runs: [ended(-DAY), ended(-HOUR)] },
      holds: false,
    },
    {
      name: 'a day used up by what came before and what came after',
      change: { spec: specWith({ ...long, maxRunsPerDay: 2 }), runs: [ended(-DAY / 2 + 2), ended(DAY / 2)] },
      holds: true,
    },
    {
      name: 'starts before and after that no day holds together',
      change: { spec: specWith({ ...long, maxRunsPerDay: 2 }), runs: [ended(-DAY / 2), ended(DAY / 2)] },
      holds: false,
    },
    { name: 'a day without any run', change: { spec: specWith({ ...long, maxRunsPerDay: 0 }) }, holds: true },
    {
      name: 'a used-up month',
      change: { runs: [ended(-8 * DAY), ended(-16 * DAY), ended(-30 * DAY + 1)] },
      holds: true,
    },
    {
      name: 'a month with one run left',
      change: { runs: [ended(-8 * DAY), ended(-16 * DAY), ended(-30 * DAY)] },
      holds: false,
    },
    { name: 'a month’s money spent but for one run', change: { runs: [ended(-8 * DAY, billed(0.885))] }, holds: false },
    { name: 'a month’s money that does not reach', change: { runs: [ended(-8 * DAY, billed(0.886))] }, holds: true },
    { name: 'money spent by hand', change: { runs: [ended(-8 * DAY, billed(0.886), 'manual')] }, holds: true },
    { name: 'money spent a month ago', change: { runs: [ended(-30 * DAY, billed(9))] }, holds: false },
    {
      name: 'a run that may itself cost too much',
      change: { spec: specWith({}, { instance: 'ml.x9.huge' }) },
      holds: true,
    },
    {
      name: 'a run whose instance cost more, as its own spec says',
      change: {
        runs: [ended(-8 * DAY, { ...billed(0.1), specVersion: 7 })],
        trainings: new Map([[7, aModelSpec({ training: { instance: 'ml.m5.24xlarge' } }).training]]),
      },
      holds: true,
    },
    {
      name: 'the breaker, until its pause is over',
      change: { spec: specWith(long), runs: [ended(-20 * DAY, failed), ended(-10 * DAY - HOUR + 1, failed)] },
      holds: true,
    },
    {
      name: 'the breaker, once its pause is over',
      change: { spec: specWith(long), runs: [ended(-20 * DAY, failed), ended(-10 * DAY - HOUR, failed)] },
      holds: false,
    },
    {
      name: 'one failure less than the breaker takes',
      change: { spec: specWith(long), runs: [ended(-DAY, failed)] },
      holds: false,
    },
    {
      name: 'failures on both sides of a version',
      change: {
        spec: specWith(long),
        runs: [ended(-DAY, failed), ended(-2 * DAY, {}, 'manual'), ended(-3 * DAY, { status: 'rejected' })],
      },
      holds: false,
    },
    {
      name: 'failures of runs that somebody or data started',
      change: { spec: specWith(long), runs: [ended(-DAY, failed, 'manual'), ended(-2 * DAY, failed, 'new-data')] },
      holds: false,
    },
    {
      name: 'one new row too few',
      change: { datasets: [aDataset(), aDataset({ version: 2, rows: 99 })] },
      holds: true,
    },
    { name: 'no new data at all', change: { champion: aModelVersion({ datasetVersions: [1, 2] }) }, holds: true },
    {
      name: 'no new data when none is asked for',
      change: { spec: specWith({ minNewRows: 0 }), champion: aModelVersion({ datasetVersions: [1, 2] }) },
      holds: false,
    },
    { name: 'no data', change: { spec: specWith({ minNewRows: 0 }), datasets: [] }, holds: true },
    { name: 'onDrift off', change: { spec: specWith({ onDrift: false }) }, holds: true },
    { name: 'onQuality off, as it is about drift', change: { spec: specWith({ onQuality: false }) }, holds: false },
    { name: 'onQuality off', change: { spec: specWith({ onQuality: false }) }, trigger: quality, holds: true },
    {
      name: 'onDrift off, as it is about quality',
      change: { spec: specWith({ onDrift: false }) },
      trigger: quality,
      holds: false,
    },
    {
      name: 'both off, as its time has come',
      change: { spec: specWith({ onDrift: false, onQuality: false }) },
      trigger: schedule,
      holds: false,
    },
    {
      name: 'a time that was never asked for',
      change: { spec: specWith({ every: undefined }) },
      trigger: schedule,
      holds: true,
    },
    {
      name: 'a run that began just inside `every`',
      change: { runs: [ended(-14 * DAY + 1, {}, 'manual')] },
      trigger: schedule,
      holds: true,
    },
    {
      name: 'a run that began exactly `every` ago',
      change: { runs: [ended(-14 * DAY, {}, 'manual')] },
      trigger: schedule,
      holds: false,
    },
  ];
  for (const { name, change, trigger = drift, holds } of cases) {
    it(`(${trigger.kind}) ${holds ? 'is held back' : 'is not held back'} by ${name}`, () => {
      expect(decideTrigger(trigger, state(change)).start).toBe(!holds);
    });
  }

  it('names every brake that holds and every figure', () => {
    const spent = state({
      spec: specWith({
        onDrift: false,
        maxRunsPerDay: 1,
        maxRunsPerMonth: 1,
        maxCostUsdPerMonth: 0.2,
        breaker: { failures: 1 },
      }),
      runs: [ended(-HOUR, failed), ended(-60 * DAY, { status: 'running' })],
      datasets: [],
    });
    const { start, reasons, numbers } = decideTrigger(drift, spent);
    expect(start).toBe(false);
    expect(reasons).toEqual([
      expect.stringMatching(/^run churn-\d+ is still running$/),
      'no data set was accepted yet',
      'monitoring.retrain.onDrift is off',
      'the last retraining was less than 7d before',
      'maxRunsPerDay of 1 is used up',
      'maxRunsPerMonth of 1 is used up',
      '1 retrainings in a row were rejected or failed: paused until 2026-04-01T00:00:00.000Z, but for new data and people',
      "0 rows are new since the champion's training data, minNewRows is 100",
    ]);
    expect(numbers).toEqual({
      trigger: 'drift',
      alarm: { decision: 'monitor-1', monitors: 'feature-drift', severity: 2 },
      schedule: { every: '14d', dueAt: '2026-03-15T23:00:00.000Z' },
      newRows: 0,
      minNewRows: 100,
      cooldown: { length: '7d', over: false },
      runs: { lastDay: 1, maxPerDay: 1, last30Days: 1, maxPerMonth: 1 },
      costUsd: {
        last30Days: 0,
        runsByBilledSeconds: 1,
        runsByTheMostTheyMayCost: 0,
        thisRunAtMost: 0.115,
        maxPerMonth: 0.2,
      },
      breaker: { failedInARow: 1, failures: 1, pausedUntil: '2026-04-01T00:00:00.000Z' },
    });
  });

  it('does not hold back people and new data, which pass the breaker and all caps', () => {
    const tripped = state({
      spec: specWith({ maxRunsPerDay: 0, maxCostUsdPerMonth: 0 }),
      runs: [ended(-HOUR, failed), ended(-DAY, failed)],
    });
    expect(decideTrigger({ kind: 'manual', reason: 'ana: try' }, tripped).start).toBe(true);
    expect(decideTrigger({ kind: 'new-data' }, tripped).start).toBe(true);
  });
});
