import { SetItem } from '../../domain/datasets/sets.ts';
import { parseInput } from '../runtime/input.ts';
import { logger } from '../runtime/logger.ts';
import { type PartAnswer, type ValidatePartDeps, validatePart } from './validate-part.ts';

export const makeHandler =
  (deps: ValidatePartDeps) =>
  async (event: unknown): Promise<PartAnswer> => {
    const item = parseInput(SetItem, event);
    const answer = await validatePart(item, deps);
    logger.info('part-validated', { model: item.model, set: item.set, key: item.key, index: item.index });
    return answer;
  };
