import * as z from 'zod';
import { BaseEnv, BatchStarterEnv } from '../runtime/env.ts';

export const RegistryApiEnv = BaseEnv.extend({
  TABLE_NAME: z.string(),
  EVENT_BUS_NAME: z.string(),
  CAPTURE_BUCKET_NAME: z.string(),
  ROLLOUT_STATE_MACHINE_ARN: z.string(),
  /** How callers show who they are. */
  API_AUTHORIZATION: z.enum(['iam', 'jwt']),
  ...BatchStarterEnv.shape,
});
