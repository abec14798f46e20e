import type { CapturePolicy } from '../../domain/capture/policy.ts';
import { CallMeter, captureWeight } from '../../domain/capture/sampling.ts';
import { keys } from '../../domain/registry/keys.ts';
import { logger } from '../runtime/logger.ts';
import type { Aws } from './aws.ts';
import { Renewed } from './cache.ts';

/** How long a changed policy may go unnoticed. */
export const POLICY_TTL_MS = 60_000;
/** Until then a policy that could not be read is not asked for again: each attempt makes a prediction wait. */
const RETRY_MS = 2_000;

export type PolicyInForce = Omit<CapturePolicy, 'model' | 'specVersion'>;

/** Of a model whose spec is from before there were policies; it gets one with its next spec. */
const EVERYTHING: PolicyInForce = { share: 1, redact: [], context: [] };

export interface PoliciesDeps {
  readonly aws: Pick<Aws, 'getItem'>;
  readonly table: string;
  readonly now: () => Date;
}

/** What of which model's calls is captured, and how many there were in the last minute. */
export function capturePolicies({ aws, table, now }: PoliciesDeps) {
  const failedAt = new Map<string, number>();
  const meters = new Map<string, CallMeter>();
  const policies = new Renewed<PolicyInForce>({
    ttlMs: POLICY_TTL_MS,
    now,
    read: async (model) => {
      const item = (await aws.getItem(table, keys.capturePolicy(model))) as CapturePolicy | undefined;
      return item ?? EVERYTHING;
    },
    onStale: (model) => logger.warn('capture-policy-stale', { model }),
  });

  return {
    /** Undefined when it was never readable. With DynamoDB down, the last that was read goes on. */
    async find(model: string): Promise<PolicyInForce | undefined> {
      const failed = failedAt.get(model);
      if (failed !== undefined && now().getTime() - failed < RETRY_MS) return undefined;
      try {
        const policy = await policies.get(model);
        failedAt.delete(model);
        return policy;
      } catch (error) {
        failedAt.set(model, now().getTime());
        logger.warn('capture-policy-unreadable', { model, error: error instanceof Error ? error.name : 'unknown' });
        return undefined;
      }
    },

    /** Counts a call of a model. @returns how many calls it stands for; undefined = not captured */
    weightOf(model: string, policy: PolicyInForce, inferenceId: string): number | undefined {
      if (policy.maxCallsPerMinute === undefined) return captureWeight(policy, inferenceId, 0);
      const meter = meters.get(model) ?? new CallMeter();
      meters.set(model, meter);
      return captureWeight(policy, inferenceId, meter.count(now().getTime()));
    },
  };
}
export type CapturePolicies = ReturnType<typeof capturePolicies>;
