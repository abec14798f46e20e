import { parseInput } from '../runtime/input.ts';
import { type StartJobDeps, startJob } from './start-job.ts';
import { Work } from './work.ts';

export const makeHandler = (deps: StartJobDeps) => async (event: unknown) => startJob(parseInput(Work, event), deps);
