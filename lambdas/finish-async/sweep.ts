import { PendingRequest } from '../../domain/async-predictions/request.ts';
import { asyncKeys } from '../../domain/names.ts';
import type { LakeTexts } from '../adapters/lake-texts.ts';
import { parseJson } from '../runtime/input.ts';
import { logger } from '../runtime/logger.ts';
import { type Ended, type FinishDeps, finish } from './finish.ts';

/** Until then a notification is only late. */
const LATE_MS = 10 * 60_000;
/** The function may run for five minutes. */
const BUDGET_MS = 4 * 60_000;
const PENDING = new RegExp(`^${asyncKeys.pending}([^/]+)/([^/]+)\\.json$`);

export interface SweepDeps extends FinishDeps {
  readonly lake: LakeTexts;
}

/**
 * Finishes requests of which no notification came; one that fails does not keep the others from being finished.
 *
 * @returns how many
 * @throws AggregateError at the end, if any failed
 */
export async function sweep(deps: SweepDeps): Promise<{ finished: number }> {
  const began = deps.now().getTime();
  let [looked, finished] = [0, 0];
  const errors: unknown[] = [];
  for await (const { key, at } of deps.lake.list(asyncKeys.pending)) {
    const now = deps.now().getTime();
    // what is left over is for the next time
    if (now - began > BUDGET_MS) break;
    const [, model, inferenceId] = PENDING.exec(key) ?? [];
    if (model === undefined || inferenceId === undefined || now - at.getTime() < LATE_MS) continue;
    looked += 1;
    try {
      const ended = await look(key, { model, inferenceId }, deps);
      if (ended && (await finish(ended, deps))) finished += 1;
    } catch (error) {
      errors.push(error);
    }
  }
  if (finished > 0) logger.warn('async-swept', { finished });
  if (errors.length > 0) throw new AggregateError(errors, `${errors.length} of ${looked} failed, first: ${errors[0]}`);
  return { finished };
}

async function look(
  key: string,
  about: Pick<Ended, 'model' | 'inferenceId'>,
  { lake, now }: SweepDeps,
): Promise<Ended | undefined> {
  const found = await lake.find(key);
  if (!found) return undefined;
  const pending = PendingRequest.parse(parseJson(found.text, 'pending'));
  const output = await lake.find(pending.output);
  if (output) return { ...about, at: output.at, output: pending.output };
  const failure = pending.failure === undefined ? undefined : await lake.find(pending.failure);
  if (failure) return { ...about, at: failure.at, failed: 500 };
  // SageMaker has given up, whatever became of it
  return now() >= new Date(pending.deadlineAt) ? { ...about, at: now(), failed: 504 } : undefined;
}
