import { processBatch } from '../runtime/batch.ts';
import { parseInput, parseJson } from '../runtime/input.ts';
import { MonitorMessage } from './message.ts';
import { type MonitorDeps, monitorModel } from './monitor-model.ts';

export const makeHandler = (deps: MonitorDeps) => (event: unknown) =>
  processBatch(event, async ({ body }) => monitorModel(parseInput(MonitorMessage, parseJson(body, 'message')), deps));
