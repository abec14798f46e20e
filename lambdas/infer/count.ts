import type { Traffic } from '../../domain/registry/entities.ts';
import { keys } from '../../domain/registry/keys.ts';
import { countedBins } from '../../domain/rollout/counted-bins.ts';
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
      const given = answer && { signature: answer.served.signature, predictions: answer.predictions };
      const bins = countedBins(latencyMs, given, judged?.range, random);
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
