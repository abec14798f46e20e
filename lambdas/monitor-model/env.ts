import * as z from 'zod';
import { BaseEnv } from '../runtime/env.ts';

export const MonitorModelEnv = BaseEnv.extend({
  TABLE_NAME: z.string(),
  EVENT_BUS_NAME: z.string(),
  LAKE_BUCKET_NAME: z.string(),
  CAPTURE_BUCKET_NAME: z.string(),
  /** A message's windows are begun for so long. */
  BEGIN_WITHIN_SECONDS: z.coerce.number().int().positive(),
  MODEL_METRICS: z.stringbool().default(false),
});
