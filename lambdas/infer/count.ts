import { taskOf } from '../../domain/inference/predictions.ts';
import type { Traffic } from '../../domain/registry/entities.ts';
import { keys } from '../../domain/registry/keys.ts';
import { JUDGED_DAYS, JUDGED_ROWS, lossScale } from '../../domain/rollout/bins.ts';
import { countedBins } from '../../domain/rollout/counted-bins.ts';
import { logger } from '../runtime/logger.ts';
import type { Aws } from './aws.ts';
import type { Answer } from './capture.ts';
import type { PredictDeps } from './predict.ts';

/** A request that chance gave to a version. */
export interface RoutedRequest {
  readonly version: number;
  readonly latencyMs: number;
  /** The version's; undefined when it gave none. */
  readonly answer?: CountedAnswer;
  /** More to add up of it: amounts by attribute. */
  readonly sums?: Readonly<Record<string, number>>;
}

export type CountDeps = Pick<PredictDeps, 'table' | 'random' | 'metrics' | 'now'> & {
  readonly aws: Pick<Aws, 'addCounts' | 'keepItem'>;
};
type CountedAnswer = Pick<Answer, 'served' | 'predictions' | 'inferenceId'>;

/** Counts requests for the judge of the rollout, one write each. Never fails. */
export async function count(
  { model, rolloutId = '', rev, judged }: Traffic,
  requests: readonly RoutedRequest[],
  { aws, table, random, metrics, now }: CountDeps,
): Promise<void> {
  await Promise.all(
    requests.map(async ({ version, latencyMs, answer, sums }) => {
      const given = answer && { signature: answer.served.signature, predictions: answer.predictions };
      const bins = countedBins(latencyMs, given, judged?.range, random);
      try {
        const counted = { version, rev, errors: answer ? 0 : 1, latencyMs, bins, ...(sums && { sums }) } as const;
        const kept = judged?.quality && answer && keptPredictions(answer, judged.range);
        await Promise.all([
          aws.addCounts(table, keys.counts(model, rolloutId, version, rev), counted),
          kept &&
            aws.keepItem(table, keys.judged(model, answer.inferenceId), {
              ...kept,
              ...{ type: 'judged', rolloutId, version, rev },
              ttl: Math.ceil(now().getTime() / 1_000) + JUDGED_DAYS * 86_400,
            }),
        ]);
      } catch (error) {
        metrics.add('CountFailed', 1);
        logger.warn('count-failed', { model, rolloutId, error: error instanceof Error ? error.name : 'unknown' });
      }
    }),
  );
}

/** Of the first rows, for their labels; undefined for a regression whose errors have no scale. */
function keptPredictions(
  { served, predictions }: CountedAnswer,
  range: readonly [number, number] | undefined,
): { readonly predictions: string; readonly scale?: number } | undefined {
  const { values, width } = predictions;
  const rows = Array.from({ length: Math.min(predictions.rows, JUDGED_ROWS) }, (_, row) =>
    values.subarray(row * width, (row + 1) * width),
  );
  const task = taskOf(served.signature);
  if (task === 'regression' && !range) return undefined;
  const kept = rows.map((row) => (task === 'multiclass' ? served.classes?.[likeliest(row)] : row[0]));
  return { predictions: JSON.stringify(kept), ...(task === 'regression' && range && { scale: lossScale(range) }) };
}

const likeliest = (scores: Float64Array): number => scores.indexOf(Math.max(...scores));
