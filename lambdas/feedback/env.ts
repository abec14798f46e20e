import * as z from 'zod';
import { BaseEnv } from '../runtime/env.ts';

export const FeedbackEnv = BaseEnv.extend({ TABLE_NAME: z.string(), CAPTURE_STREAM_NAME: z.string() });
