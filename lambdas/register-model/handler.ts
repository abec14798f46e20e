import * as z from 'zod';
import { parseInput } from '../runtime/input.ts';
import { type RegisterDeps, registerModel } from './register-model.ts';

const RegisterInput = z.object({ model: z.string(), runId: z.string(), executionArn: z.string().optional() });

export const makeHandler = (deps: RegisterDeps) => async (event: unknown) =>
  registerModel(parseInput(RegisterInput, event), deps);
