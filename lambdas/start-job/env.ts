import * as z from 'zod';
import { BaseEnv } from '../runtime/env.ts';

export const StartJobEnv = BaseEnv.extend({
  TABLE_NAME: z.string(),
  LAKE_BUCKET_NAME: z.string(),
  /** Role that training jobs and endpoints run under. */
  SAGEMAKER_ROLE_ARN: z.string(),
  /** Told of each prediction that an `async` endpoint has made. */
  ASYNC_TOPIC_ARN: z.string(),
  STAGE: z.string(),
  /** Set by Lambda. */
  AWS_REGION: z.string(),
});
