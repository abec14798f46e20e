import {
  type AsyncAnswer,
  answerOf,
  FAILURES,
  type FailureStatus,
  linesOf,
  problemOf,
} from '../../domain/async-predictions/answer.ts';
import { AsyncRequest } from '../../domain/async-predictions/request.ts';
import { UnavailableError } from '../../domain/common-errors.ts';
import type { EventPublisher } from '../../domain/events/catalog.ts';
import { BadPredictionError } from '../../domain/inference/predictions.ts';
import { asyncKeys } from '../../domain/names.ts';
import { countedBins } from '../../domain/rollout/counted-bins.ts';
import type { LakeTexts } from '../adapters/lake-texts.ts';
import type { CountAnswer } from '../adapters/request-counts.ts';
import { parseJson } from '../runtime/input.ts';
import { logger } from '../runtime/logger.ts';

/** What became of a request: an answer lies under a key of the lake, or there will be none. */
export type Ended = { readonly model: string; readonly inferenceId: string; readonly at: Date } & (
  | { readonly output: string }
  | { readonly failed: FailureStatus }
);

export interface FinishDeps {
  readonly lake: LakeTexts;
  readonly capture: (lines: readonly string[]) => Promise<void>;
  readonly events: EventPublisher;
  readonly count: CountAnswer;
  readonly now: () => Date;
  /** In [0, 1). */
  readonly random: () => number;
}

/**
 * Finishes a request once. The request lies in the lake until all is done: whoever comes later finds none and leaves, whoever
 * was interrupted is followed by one who does the rest. Capture and events may then go twice, which their readers know by the
 * inference id; a request is counted at most once.
 *
 * @returns false when there was nothing to do
 */
export async function finish(ended: Ended, deps: FinishDeps): Promise<boolean> {
  const { lake } = deps;
  const { model, inferenceId } = ended;
  const found = await lake.find(asyncKeys.request(model, inferenceId));
  if (!found) {
    // finished before, or never accepted
    await lake.remove(asyncKeys.pendingOf(model, inferenceId));
    return false;
  }
  const request = AsyncRequest.parse(parseJson(found.text, 'request'));
  const outcome = await outcomeOf(request, ended, lake);
  const first = await write(request, outcome, lake);
  if ('predictions' in outcome) await deps.capture(linesOf(request, outcome.predictions, ended.at));
  if (first) await countIt(request, ended, outcome, deps);
  await publish(request, outcome, deps);
  logger.info('async-finished', { model, inferenceId, rows: request.rows, status: statusOf(outcome) });
  // the request after the rows, the mark at the very end: an end that is cut short is found again
  await lake.remove(asyncKeys.featuresOf(model, inferenceId));
  await lake.remove(asyncKeys.request(model, inferenceId));
  await lake.remove(asyncKeys.pendingOf(model, inferenceId));
  return true;
}

type Outcome = AsyncAnswer | { readonly failed: FailureStatus };

const statusOf = (outcome: Outcome): number => ('failed' in outcome ? outcome.failed : 200);

async function outcomeOf(request: AsyncRequest, ended: Ended, lake: LakeTexts): Promise<Outcome> {
  if ('failed' in ended) return { failed: ended.failed };
  const output = await lake.find(ended.output);
  if (!output) throw new UnavailableError(`${ended.output} is not there`);
  try {
    return answerOf(request, output);
  } catch (error) {
    if (!(error instanceof BadPredictionError)) throw error;
    logger.warn('async-bad-prediction', { model: request.model, inferenceId: request.inferenceId });
    return { failed: 500 };
  }
}

/** @returns whether it was the first to write: of two that finish a request at once one is */
function write({ model, inferenceId, headers }: AsyncRequest, outcome: Outcome, lake: LakeTexts): Promise<boolean> {
  if ('failed' in outcome) {
    const problem = problemOf(outcome.failed);
    return lake.putOnce(asyncKeys.failure(model, inferenceId), problem, 'application/problem+json');
  }
  const { text, contentType } = outcome;
  return lake.putOnce(asyncKeys.result(model, inferenceId), text, contentType, { headers: JSON.stringify(headers) });
}

async function countIt(request: AsyncRequest, { at }: Ended, outcome: Outcome, deps: FinishDeps): Promise<void> {
  const { model, version, counted, signature, submittedAt, inferenceId } = request;
  if (!counted) return;
  const { rolloutId, rev, range } = counted;
  const latencyMs = Math.max(0, at.getTime() - Date.parse(submittedAt));
  const given = 'failed' in outcome ? undefined : { signature, predictions: outcome.predictions };
  const bins = countedBins(latencyMs, given, range, deps.random);
  try {
    await deps.count({ model, rolloutId, version, rev, errors: given ? 0 : 1, latencyMs, bins });
  } catch (error) {
    logger.warn('count-failed', { model, inferenceId, error: error instanceof Error ? error.name : 'unknown' });
  }
}

async function publish(request: AsyncRequest, outcome: Outcome, { events, lake, now }: FinishDeps): Promise<void> {
  const { model, version, inferenceId, rows } = request;
  const detail = { model, at: now().toISOString(), version, inferenceId, rows };
  const place = (key: string) => `s3://${lake.bucket}/${key}`;
  if ('failed' in outcome) {
    const location = place(asyncKeys.failure(model, inferenceId));
    const { failed: status } = outcome;
    await events.publish('PredictionFailed', { ...detail, status, reason: FAILURES[status], location });
  } else {
    const location = place(asyncKeys.result(model, inferenceId));
    await events.publish('PredictionCompleted', { ...detail, location });
  }
}
