import { processBatch } from '../runtime/batch.ts';
import { parseInput, parseJson } from '../runtime/input.ts';
import { QueueMessage } from './messages.ts';
import { type StartTrainingDeps, startTraining } from './start-training.ts';

export const makeHandler = (deps: StartTrainingDeps) => (event: unknown) =>
  processBatch(event, async ({ body }) => startTraining(parseInput(QueueMessage, parseJson(body, 'message')), deps));
