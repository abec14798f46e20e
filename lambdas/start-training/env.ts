import * as z from 'zod';
import { BaseEnv } from '../runtime/env.ts';

export const StartTrainingEnv = BaseEnv.extend({
  TABLE_NAME: z.string(),
  EVENT_BUS_NAME: z.string(),
  TRAINING_PIPELINE_ARN: z.string(),
  TRAINING_QUEUE_URL: z.string(),
});
