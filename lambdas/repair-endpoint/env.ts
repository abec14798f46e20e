import * as z from 'zod';
import { BaseEnv } from '../runtime/env.ts';

export const RepairEndpointEnv = BaseEnv.extend({ TABLE_NAME: z.string(), EVENT_BUS_NAME: z.string() });
