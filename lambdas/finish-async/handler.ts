import * as z from 'zod';
import { parseInput } from '../runtime/input.ts';
import { logger } from '../runtime/logger.ts';
import { finish } from './finish.ts';
import { endedBy } from './notification.ts';
import { type SweepDeps, sweep } from './sweep.ts';

const FinishEvent = z.union([
  z.object({
    Records: z.array(z.object({ EventSource: z.literal('aws:sns'), Sns: z.object({ Message: z.string() }) })).min(1),
  }),
  z.object({ 'detail-type': z.literal('Scheduled Event') }),
]);

/** Woken by SageMaker's notifications, and by the clock for those that were lost. */
export const makeHandler = (deps: SweepDeps) => async (event: unknown) => {
  const parsed = parseInput(FinishEvent, event);
  if (!('Records' in parsed)) return sweep(deps);
  let finished = 0;
  // SNS gives a function one record at a time
  for (const { Sns } of parsed.Records) {
    const ended = endedBy(Sns.Message, deps.lake.bucket);
    if (!ended) logger.info('async-notification-of-others');
    else if (await finish(ended, deps)) finished += 1;
  }
  return { finished };
};
