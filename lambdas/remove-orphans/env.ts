import * as z from 'zod';
import { BaseEnv } from '../runtime/env.ts';

export const RemoveOrphansEnv = BaseEnv.extend({ TABLE_NAME: z.string() });
