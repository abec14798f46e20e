import { type Predictions, taskOf } from '../inference/predictions.ts';
import type { Signature } from '../registry/entities.ts';
import { BIN_NAMES, binAt, LATENCY_BINS, latencyPlace, PREDICTION_BINS } from './bins.ts';

/**
 * Attributes of the bins that a request falls into, one of each histogram.
 *
 * @param answer absent for a request that was not answered
 * @param range what predictions of a regression are counted between
 * @param random numbers in [0, 1)
 */
export function countedBins(
  latencyMs: number,
  answer: { readonly signature: Signature; readonly predictions: Predictions } | undefined,
  range: readonly [number, number] | undefined,
  random: () => number,
): string[] {
  const prediction = answer && predictionBin(answer.signature, answer.predictions, range, random);
  return [
    BIN_NAMES.latency + binAt(latencyPlace(latencyMs), LATENCY_BINS, random()),
    ...(prediction === undefined ? [] : [BIN_NAMES.prediction + prediction]),
  ];
}

/** Of one row, chosen by chance: the rows of a request are not independent of each other, requests are. */
function predictionBin(
  signature: Signature,
  { values, rows, width }: Predictions,
  range: readonly [number, number] | undefined,
  random: () => number,
): number | undefined {
  const row = rows === 1 ? 0 : Math.floor(random() * rows);
  const task = taskOf(signature);
  if (task === 'multiclass') {
    const scores = values.subarray(row * width, (row + 1) * width);
    return Math.min(scores.indexOf(Math.max(...scores)), PREDICTION_BINS - 1);
  }
  const [low, high] = task === 'binary' ? [0, 1] : (range ?? [0, 0]);
  if (low >= high) return undefined;
  return binAt(((values[row] as number) - low) / (high - low), PREDICTION_BINS, random());
}
