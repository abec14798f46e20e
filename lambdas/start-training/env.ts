import * as z from 'zod';
import { BaseEnv } from '../runtime/env.ts';

export const StartTrainingEnv = BaseEnv.extend({
  TABLE_NAME: z.string(),
  EVENT_BUS_NAME: z.string(),
  TRAINING_PIPELINE_ARN: z.string(),
  TRAINING_QUEUE_URL: z.string(),
  RETRAIN_RUNS_PER_DAY: z.coerce.number().int().min(0),
  RETRAIN_USD_PER_DAY: z.coerce.number().min(0),
  RETRAIN_USD_PER_MONTH: z.coerce.number().min(0),
});
