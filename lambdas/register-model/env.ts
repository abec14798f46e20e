import * as z from 'zod';
import { BaseEnv } from '../runtime/env.ts';

export const RegisterModelEnv = BaseEnv.extend({
  TABLE_NAME: z.string(),
  EVENT_BUS_NAME: z.string(),
  LAKE_BUCKET_NAME: z.string(),
  /** Version of Millrace's own code that made the model. */
  CODE_VERSION: z.string(),
  /** Set by Lambda. Without it the image of a built-in algorithm is refused, not guessed. */
  AWS_REGION: z.string().default('unknown'),
});
