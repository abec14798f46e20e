import * as z from 'zod';
import { SetWork } from '../../domain/datasets/sets.ts';
import { parseInput } from '../runtime/input.ts';
import { logger } from '../runtime/logger.ts';
import { type PlanOutcome, type PlanSetDeps, planSet, releaseSet } from './plan-set.ts';

const PlanInput = SetWork.extend({ action: z.enum(['plan', 'release']) });

export const makeHandler =
  (deps: PlanSetDeps & { landingBucket: string }) =>
  async (event: unknown): Promise<PlanOutcome | { outcome: 'released' }> => {
    const { action, ...work } = parseInput(PlanInput, event);
    const { bucket, key, versionId } = work.seal;
    if (bucket !== deps.landingBucket) throw new Error(`${bucket} is not where uploads land`);
    if (action === 'release') await releaseSet(work, deps);
    const outcome = action === 'release' ? { outcome: 'released' as const } : await planSet(work, deps);
    logger.info('set-planned', { key, versionId, attempt: work.attempt, ...outcome });
    return outcome;
  };
