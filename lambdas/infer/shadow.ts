import type { Traffic } from '../../domain/registry/entities.ts';
import type { ShadowCopy } from '../../domain/rollout/shadow-copy.ts';
import { logger } from '../runtime/logger.ts';
import type { Answer } from './capture.ts';
import type { PredictDeps } from './predict.ts';

/** SQS takes 262,144 bytes, of which its envelope needs none; a copy that is larger is left out and counted. */
const MAX_BYTES = 262_144;

/**
 * Hands what was asked and answered to the queue of the function that scores for a shadow: this one may be frozen once it has
 * answered, and must not wait for the candidate. Never fails.
 */
export async function copyToShadow(
  { model, rolloutId, rev, judged }: Traffic,
  shadow: NonNullable<Traffic['shadow']>,
  { served, request, inferenceId, predictions }: Answer,
  latencyMs: number,
  { aws, shadowQueueUrl, metrics }: Pick<PredictDeps, 'aws' | 'shadowQueueUrl' | 'metrics'>,
): Promise<void> {
  if (rolloutId === undefined) return;
  const copy: ShadowCopy = {
    traffic: { model, rolloutId, rev, ...(judged && { judged }) },
    shadow,
    inferenceId,
    columns: served.signature.inputs.map(({ name }) => name),
    rows: request.rows.map((row) => [...row]),
    champion: {
      version: served.version,
      latencyMs,
      classes: served.classes ? [...served.classes] : [],
      values: Array.from(predictions.values),
      width: predictions.width,
    },
  };
  const text = JSON.stringify(copy);
  if (Buffer.byteLength(text) > MAX_BYTES) return metrics.add('ShadowSkipped', 1);
  try {
    await aws.sendMessage(shadowQueueUrl, text);
  } catch (error) {
    metrics.add('ShadowFailed', 1);
    logger.warn('shadow-failed', { model, rolloutId, error: error instanceof Error ? error.name : 'unknown' });
  }
}
