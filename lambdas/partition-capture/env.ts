import * as z from 'zod';
import { BaseEnv } from '../runtime/env.ts';

export const PartitionCaptureEnv = BaseEnv.extend({ TABLE_NAME: z.string(), CAPTURE_BUCKET_NAME: z.string() });
