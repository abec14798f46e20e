import { describe, expect, it } from 'vitest';
import { costOf, mostUsd } from '../../../domain/training/cost.ts';
import { aModelSpec } from '../../fixtures/builders.ts';
import { AT, aRun } from '../../fixtures/entities.ts';

const training = (overrides: object = {}) => aModelSpec({ training: overrides }).training;
const job = (name: string, billableSeconds?: number) =>
  ({ name, kind: 'training', status: 'Completed', startedAt: AT, endedAt: AT, billableSeconds }) as const;
const search = {
  objective: { metric: 'validation:auc', goal: 'Maximize' },
  ranges: { eta: { min: 0.1, max: 0.3 } },
  maxJobs: 10,
};

describe('the most a run may cost', () => {
  const cases: [string, object, number][] = [
    ['all its time at a known price', { maxRuntime: '2h' }, 0.23],
    ['maxCostUsd, if that is spent before', { maxRuntime: '200h', maxCostUsd: 3 }, 3],
    ['all its time for each job of a search', { tuning: search }, 1.15],
    ['maxCostUsd on an instance without a known price', { instance: 'ml.x9.huge' }, 10],
    [
      'maxCostUsd for a container, whose transform has no longest runtime',
      { algorithm: 'container', xgboost: undefined, container: { image: 'mine' } },
      10,
    ],
  ];
  for (const [name, overrides, usd] of cases) {
    it(`is ${name}`, () => expect(mostUsd(training(overrides))).toBeCloseTo(usd, 3));
  }
});

describe('the cost of a run', () => {
  const run = (status: 'running' | 'failed' | 'registered', ...jobs: ReturnType<typeof job>[]) =>
    aRun({ status, jobs });
  const cases: [string, ReturnType<typeof run>, object, { usd: number; billed: boolean }][] = [
    ['is billed by the second', run('registered', job('a', 1_800), job('b', 1_800)), {}, { usd: 0.115, billed: true }],
    ['is nothing for one that failed before its first job', run('failed'), {}, { usd: 0, billed: true }],
    ['is the most it may be while it goes on', run('running', job('a', 60)), {}, { usd: 0.115, billed: false }],
    [
      'is the most it may be if one job has no figure',
      run('failed', job('a', 60), job('b')),
      {},
      { usd: 0.115, billed: false },
    ],
    [
      'is the most it may be without a price',
      run('failed', job('a', 60)),
      { instance: 'ml.x9.huge' },
      { usd: 10, billed: false },
    ],
  ];
  for (const [name, given, overrides, expected] of cases) {
    it(name, () => {
      const cost = costOf(given, training(overrides));
      expect(cost.billed).toBe(expected.billed);
      expect(cost.usd).toBeCloseTo(expected.usd, 9);
    });
  }
});
