import { SetWork } from '../../domain/datasets/sets.ts';
import { parseInput } from '../runtime/input.ts';
import { logger } from '../runtime/logger.ts';
import { type MergeSetDeps, mergeSet, type SetOutcome } from './merge-set.ts';

export const makeHandler =
  (deps: MergeSetDeps) =>
  async (event: unknown): Promise<SetOutcome> => {
    const work = parseInput(SetWork, event);
    const outcome = await mergeSet(work, deps);
    logger.info('set-merged', { key: work.seal.key, versionId: work.seal.versionId, ...outcome });
    return outcome;
  };
