import * as z from 'zod';
import { parseInput } from '../runtime/input.ts';
import { type Verified, type VerifyDeps, verifyEndpoint } from './verify-endpoint.ts';

const VerifyTask = z.object({
  model: z.string(),
  version: z.number().int().min(1),
  /** Absent for an endpoint that is repaired. */
  rolloutId: z.string().optional(),
  repairId: z.string().optional(),
  parity: z.object({ name: z.string() }).optional(),
});

export const makeHandler =
  (deps: VerifyDeps) =>
  (event: unknown): Promise<Verified> =>
    verifyEndpoint(parseInput(VerifyTask, event), deps);
