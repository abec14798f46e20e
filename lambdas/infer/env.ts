import * as z from 'zod';
import { BaseEnv } from '../runtime/env.ts';

/** Imported as a type only: zod stays out of the hot path's bundle, where index.ts checks the same names by hand. */
export const InferEnv = BaseEnv.extend({
  TABLE_NAME: z.string(),
  LAKE_BUCKET_NAME: z.string(),
  CAPTURE_STREAM_NAME: z.string(),
  SHADOW_QUEUE_URL: z.string(),
});
