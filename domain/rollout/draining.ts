import { TIMEOUT_SECONDS, TTL_SECONDS } from '../async-predictions/limits.ts';
import type { Rollout } from '../registry/entities.ts';

/** After the last request was accepted: the longest wait, the longest answer, and an hour for what sweeps up after them. */
export const DRAIN_MS = 1_000 * (TTL_SECONDS.most + TIMEOUT_SECONDS.most + 3_600);

/** Whether the queue of a candidate that was taken back may hold requests that were accepted: one that never had traffic has none. */
export function isDraining({ target, status, step, endedAt }: Rollout, now: Date): boolean {
  if (target.kind !== 'endpoint' || !target.async || status !== 'rolled-back') return false;
  return step >= 0 && endedAt !== undefined && now.getTime() < Date.parse(endedAt) + DRAIN_MS;
}
