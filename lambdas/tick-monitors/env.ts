import * as z from 'zod';
import { BaseEnv } from '../runtime/env.ts';

export const TickMonitorsEnv = BaseEnv.extend({
  TABLE_NAME: z.string(),
  MONITOR_QUEUE_URL: z.string(),
  CAPTURE_BUCKET_NAME: z.string(),
});
