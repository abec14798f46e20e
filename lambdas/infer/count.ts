import { taskOf } from '../../domain/inference/predictions.ts';
import type { Traffic } from '../../domain/registry/entities.ts';
import { keys } from '../../domain/registry/keys.ts';
import { BIN_NAMES, binAt, LATENCY_BINS, latencyPlace, PREDICTION_BINS } from '../../domain/rollout/bins.ts';
import { logger } from '../runtime/logger.ts';
import type { Answer } from './capture.ts';
import type { PredictDeps } from './predict.ts';

/** A request that chance gave to a version. */
export interface RoutedRequest {
  readonly version: number;
  readonly latencyMs: number;
  /** The version's; undefined when it gave none. */
  readonly answer?: Answer;
}

/** Counts requests for the judge of the rollout, one write each. Never fails. */
export async function count(
  { model, rolloutId = '', rev, judged }: Traffic,
  requests: readonly RoutedRequest[],
  { aws, table, random, metrics }: Pick<PredictDeps, 'aws' | 'table' | 'random' | 'metrics'>,
): Promise<void> {
  await Promise.all(
    requests.map(async ({ version, latencyMs, answer }) => {
      const prediction = answer && predictionBin(answer, judged?.range, random);
      const bins = [
        BIN_NAMES.latency + binAt(latencyPlace(latencyMs), LATENCY_BINS, random()),
        ...(prediction === undefined ? [] : [BIN_NAMES.prediction + prediction]),
      ];
      try {
        const counted = { version, rev, errors: answer ? 0 : 1, latencyMs, bins } as const;
        await aws.addCounts(table, keys.counts(model, rolloutId, version, rev), counted);
      } catch (error) {
        metrics.add('CountFailed', 1);
        logger.warn('count-failed', { model, rolloutId, error: error instanceof Error ? error.name : 'unknown' });
      }
    }),
  );
}

/** Of one row, chosen by chance: the rows of a request are not independent of each other, requests are. */
function predictionBin(
  { served, predictions }: Answer,
  range: readonly [number, number] | undefined,
  random: () => number,
): number | undefined {
  const { values, rows, width } = predictions;
  const row = rows === 1 ? 0 : Math.floor(random() * rows);
  const task = taskOf(served.signature);
  if (task === 'multiclass') {
    const scores = values.subarray(row * width, (row + 1) * width);
    return Math.min(scores.indexOf(Math.max(...scores)), PREDICTION_BINS - 1);
  }
  const [low, high] = task === 'binary' ? [0, 1] : (range ?? [0, 0]);
  if (low >= high) return undefined;
  return binAt(((values[row] as number) - low) / (high - low), PREDICTION_BINS, random());
}
