import * as z from 'zod';
import { BaseEnv } from '../runtime/env.ts';

export const ReconcileEndpointsEnv = BaseEnv.extend({
  TABLE_NAME: z.string(),
  EVENT_BUS_NAME: z.string(),
  REPAIR_STATE_MACHINE_ARN: z.string(),
});
