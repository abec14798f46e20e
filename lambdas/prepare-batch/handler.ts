import * as z from 'zod';
import { parseInput } from '../runtime/input.ts';
import { type PrepareBatchDeps, prepareBatch } from './prepare-batch.ts';

const PrepareInput = z.object({ model: z.string(), batchId: z.string() });

export const makeHandler = (deps: PrepareBatchDeps) => async (event: unknown) =>
  prepareBatch(parseInput(PrepareInput, event), deps);
