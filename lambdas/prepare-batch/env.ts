import * as z from 'zod';
import { BaseEnv } from '../runtime/env.ts';

export const PrepareBatchEnv = BaseEnv.extend({
  TABLE_NAME: z.string(),
  LAKE_BUCKET_NAME: z.string(),
  /** Set by Lambda, in MB. */
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: z.coerce.number().default(2_048),
});
