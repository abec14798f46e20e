import * as z from 'zod';
import { BaseEnv, BatchStarterEnv } from '../runtime/env.ts';

export const ReconcileExecutionsEnv = BaseEnv.extend({
  TABLE_NAME: z.string(),
  EVENT_BUS_NAME: z.string(),
  ...BatchStarterEnv.shape,
});
