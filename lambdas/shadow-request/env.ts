import * as z from 'zod';
import { BaseEnv } from '../runtime/env.ts';

export const ShadowRequestEnv = BaseEnv.extend({ TABLE_NAME: z.string(), LAKE_BUCKET_NAME: z.string() });
