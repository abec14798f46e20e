import { ShadowCopy } from '../../domain/rollout/shadow-copy.ts';
import { processBatch } from '../runtime/batch.ts';
import { parseInput, parseJson } from '../runtime/input.ts';
import { type ShadowDeps, shadowRequest } from './shadow-request.ts';

/** Works copies of requests off a queue; those that nothing could be made of are delivered again, then set aside. */
export const makeHandler =
  (deps: ShadowDeps) =>
  async (event: unknown): Promise<object> => {
    const answer = await processBatch(event, ({ body }) =>
      shadowRequest(parseInput(ShadowCopy, parseJson(body, 'a copy of a request')), deps),
    );
    deps.metrics.settle();
    return answer;
  };
