import * as z from 'zod';
import { BaseEnv } from '../runtime/env.ts';

export const ApplySpecEnv = BaseEnv.extend({
  TABLE_NAME: z.string(),
  EVENT_BUS_NAME: z.string(),
  LANDING_BUCKET_NAME: z.string(),
});
