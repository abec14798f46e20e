import { createHash } from 'node:crypto';
import { rowsText } from '../../domain/inference/cached-rows.ts';
import type { Value } from '../../domain/inference/datatypes.ts';
import type { Predictions } from '../../domain/inference/predictions.ts';
import { ByteLru } from './cache.ts';

/** Bytes of predictions kept by one router. */
const CACHE_BYTES = 16 * 1_048_576;
/** What an entry takes besides its numbers. */
const ENTRY_BYTES = 300;

export type PredictionCache = ReturnType<typeof predictionCache>;

/** Predictions that were made before; loaded with the first request for a model whose spec has `deployment.cache`. */
export function predictionCache(now: () => Date) {
  const entries = new ByteLru<{ readonly predictions: Predictions; readonly at: number }>(CACHE_BYTES);

  return {
    /**
     * @param scope whom the predictions belong to and what makes them: principal, digests, target
     * @param ttlMs how old they may be
     */
    async remember(
      scope: readonly (string | number)[],
      rows: readonly (readonly Value[])[],
      ttlMs: number,
      predict: () => Promise<Predictions>,
    ): Promise<{ readonly predictions: Predictions; readonly hit: boolean }> {
      const text = rowsText(rows);
      if (text === undefined) return { predictions: await predict(), hit: false };
      const key = createHash('sha256').update(JSON.stringify(scope)).update('\n').update(text).digest('base64');
      const at = now().getTime();
      const known = entries.get(key);
      if (known && at - known.at < ttlMs) return { predictions: known.predictions, hit: true };
      const predictions = await predict();
      entries.set(key, { predictions, at: now().getTime() }, predictions.values.byteLength + ENTRY_BYTES);
      return { predictions, hit: false };
    },
  };
}
