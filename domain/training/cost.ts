import type { TrainingRun } from '../registry/entities.ts';
import type { TrainingSpec } from '../spec/training.ts';
import { maxRuntimeSeconds, usdPerHour } from './limits.ts';

export interface RunCost {
  readonly usd: number;
  /** By the seconds that were billed; otherwise the most that the run may cost. */
  readonly billed: boolean;
}

/** The most that a run may cost: all its time at the instance's price, if that is known, and never above `maxCostUsd`. */
export function mostUsd(training: TrainingSpec): number {
  const perHour = usdPerHour(training.instance);
  // the transform job that scores the holdout in a container has no longest runtime
  if (perHour === undefined || training.algorithm === 'container') return training.maxCostUsd;
  const jobs = training.tuning?.maxJobs ?? 1;
  return Math.min(training.maxCostUsd, (jobs * maxRuntimeSeconds(training, jobs) * perHour) / 3_600);
}

/** @param training of the spec version the run was made with */
export function costOf({ status, jobs }: Pick<TrainingRun, 'status' | 'jobs'>, training: TrainingSpec): RunCost {
  const perHour = usdPerHour(training.instance);
  const seconds = jobs.reduce((sum, { billableSeconds = Number.NaN }) => sum + billableSeconds, 0);
  const billed = status !== 'running' && perHour !== undefined && !Number.isNaN(seconds);
  return billed ? { usd: (seconds * perHour) / 3_600, billed } : { usd: mostUsd(training), billed };
}
