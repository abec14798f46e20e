import { expect, it } from 'vitest';
import { maxRuntimeSeconds } from '../../../domain/training/limits.ts';
import { aModelSpec } from '../../fixtures/builders.ts';

const cases = [
  { name: 'the spec when money suffices', training: { maxRuntime: '1h', maxCostUsd: 10 }, jobs: 1, seconds: 3_600 },
  { name: 'money when it ends first', training: { maxRuntime: '12h', maxCostUsd: 0.115 }, jobs: 1, seconds: 3_600 },
  {
    name: 'a share of the money for each job of a search',
    training: { maxRuntime: '12h', maxCostUsd: 1.15 },
    jobs: 10,
    seconds: 3_600,
  },
  {
    name: 'the dearest rate for an unknown instance',
    training: { maxRuntime: '12h', maxCostUsd: 40, instance: 'ml.x9.huge' },
    jobs: 1,
    seconds: 3_600,
  },
  { name: 'the least SageMaker takes', training: { maxRuntime: '1s', maxCostUsd: 10 }, jobs: 1, seconds: 60 },
  { name: 'the most SageMaker takes', training: { maxRuntime: '90d', maxCostUsd: 1e6 }, jobs: 1, seconds: 2_419_200 },
];
for (const { name, training, jobs, seconds } of cases) {
  it(`a job's time is bounded by ${name}`, () => {
    expect(maxRuntimeSeconds(aModelSpec({ training }).training, jobs)).toBe(seconds);
  });
}
