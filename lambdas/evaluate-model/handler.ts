import * as z from 'zod';
import { JobOutcome } from '../../domain/training/plan.ts';
import { parseInput } from '../runtime/input.ts';
import { type EvaluateDeps, evaluateModel } from './evaluate-model.ts';

const EvaluateInput = z.object({
  model: z.string(),
  runId: z.string(),
  job: JobOutcome,
  /** Of a container only. */
  transform: JobOutcome.nullish(),
});

export const makeHandler = (deps: EvaluateDeps) => async (event: unknown) =>
  evaluateModel(parseInput(EvaluateInput, event), deps);
