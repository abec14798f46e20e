import * as z from 'zod';
import { BaseEnv } from '../runtime/env.ts';

export const RequestApprovalEnv = BaseEnv.extend({ TABLE_NAME: z.string(), EVENT_BUS_NAME: z.string() });
