import * as z from 'zod';
import { parseInput } from '../runtime/input.ts';
import { type PrepareDeps, prepareTraining } from './prepare-training.ts';

const PrepareInput = z.object({
  model: z.string(),
  runId: z.string(),
  specVersion: z.number().int(),
  datasetVersions: z.array(z.number().int()).min(1),
});

export const makeHandler = (deps: PrepareDeps) => async (event: unknown) =>
  prepareTraining(parseInput(PrepareInput, event), deps);
