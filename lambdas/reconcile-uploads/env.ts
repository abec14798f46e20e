import * as z from 'zod';
import { BaseEnv } from '../runtime/env.ts';

export const ReconcileUploadsEnv = BaseEnv.extend({
  TABLE_NAME: z.string(),
  LANDING_BUCKET_NAME: z.string(),
  UPLOADS_QUEUE_URL: z.string(),
});
