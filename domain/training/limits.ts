import { durationMs } from '../duration.ts';
import type { TrainingSpec } from '../spec/training.ts';

/**
 * SageMaker training, us-east-1 list prices in USD an hour, on demand. Prices differ by region; the cap is a safety
 * limit, not a bill.
 * @see https://aws.amazon.com/sagemaker/pricing/ (read 2026-11)
 */
const USD_PER_HOUR: Readonly<Record<string, number>> = {
  'ml.m5.large': 0.115,
  'ml.m5.xlarge': 0.23,
  'ml.m5.2xlarge': 0.461,
  'ml.m5.4xlarge': 0.922,
  'ml.m5.12xlarge': 2.765,
  'ml.m5.24xlarge': 5.53,
  'ml.c5.xlarge': 0.204,
  'ml.c5.2xlarge': 0.408,
  'ml.c5.4xlarge': 0.816,
  'ml.c5.9xlarge': 1.836,
  'ml.c5.18xlarge': 3.672,
};

/** @returns undefined for an instance type without a known price */
export const usdPerHour = (instance: string): number | undefined =>
  Object.hasOwn(USD_PER_HOUR, instance) ? USD_PER_HOUR[instance] : undefined;

/** For an instance type without a known price: dearer than any single instance a tabular model needs. */
const ASSUMED_USD_PER_HOUR = 40;

/** How long `usd` lasts for as many instances at a time, or one after the other. */
export const affordableSeconds = (instance: string, usd: number, instances: number): number =>
  (usd * 3_600) / (instances * (usdPerHour(instance) ?? ASSUMED_USD_PER_HOUR));

/** SageMaker refuses less than this and more than 28 days. */
const MIN_SECONDS = 60;
const MAX_SECONDS = 28 * 86_400;

/**
 * How long one training job may run: `maxRuntime`, or less where `maxCostUsd` would be spent before.
 * @param jobs how many jobs share the budget (a tuning job starts several)
 * @returns whole seconds
 */
export function maxRuntimeSeconds(training: TrainingSpec, jobs = 1): number {
  const affordable = affordableSeconds(training.instance, training.maxCostUsd, jobs);
  const seconds = Math.round(Math.min(durationMs(training.maxRuntime) / 1_000, affordable));
  return Math.min(MAX_SECONDS, Math.max(MIN_SECONDS, seconds));
}
