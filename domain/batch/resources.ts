import { durationMs } from '../duration.ts';
import type { ModelSpec } from '../spec/model-spec.ts';
import { affordableSeconds, usdPerHour } from '../training/limits.ts';

const DEFAULT_INSTANCE = 'ml.m5.large';
/** Instances take minutes to come, and their time is not billed before. */
const LEAST_SECONDS = 900;

export interface BatchResources {
  readonly instance: string;
  readonly instanceCount: number;
  /** How long the transform job may take: it has no limit of its own. */
  readonly timeoutSeconds: number;
}

/** Of target batch its own instances; of any other target one like the version was trained on. */
export function batchResources({ deployment, training }: ModelSpec): BatchResources {
  const own = deployment.target === 'batch';
  const instance = own ? (deployment.instance ?? DEFAULT_INSTANCE) : training.instance;
  const instanceCount = own ? (deployment.instanceCount ?? 1) : 1;
  const { maxRuntime, maxCostUsd } = deployment.batch;
  const affordable = affordableSeconds(instance, maxCostUsd, instanceCount);
  const seconds = Math.floor(Math.min(durationMs(maxRuntime) / 1_000, affordable));
  return { instance, instanceCount, timeoutSeconds: Math.max(LEAST_SECONDS, seconds) };
}

/** @returns USD by the list price, undefined where that or the time is not known */
export function batchUsd(instance: string, instanceSeconds: number | undefined): number | undefined {
  const perHour = usdPerHour(instance);
  return perHour === undefined || instanceSeconds === undefined ? undefined : (instanceSeconds * perHour) / 3_600;
}
