import { type CapturedColumns, captureLines, predictionsOfRows } from '../../domain/capture/lines.ts';
import type { InferRequest } from '../../domain/inference/decode-request.ts';
import type { Predictions } from '../../domain/inference/predictions.ts';
import { logger } from '../runtime/logger.ts';
import type { Aws } from './aws.ts';
import type { Metrics } from './metrics.ts';
import type { ServedVersion } from './models.ts';
import type { CapturePolicies, PolicyInForce } from './policies.ts';

export interface CaptureDeps {
  readonly aws: Pick<Aws, 'putRecord'>;
  readonly policies: CapturePolicies;
  readonly stream: string;
  readonly metrics: Metrics;
  readonly now: () => Date;
}

export interface Answer {
  readonly served: ServedVersion;
  readonly request: InferRequest;
  readonly inferenceId: string;
  readonly eventTime: Date;
  readonly predictions: Predictions;
  /** They were made for an earlier request. */
  readonly cached?: true;
  /** Undefined when it was never readable: nothing is captured that might have to be left out. */
  readonly policy: PolicyInForce | undefined;
}

/** Sends what the policy lets through to the capture stream. Never fails. */
export async function capture(model: string, answer: Answer, deps: CaptureDeps): Promise<void> {
  const { served, request, inferenceId, eventTime, predictions, policy } = answer;
  if (!policy) return deps.metrics.add('CaptureSkipped', 1);
  const weight = deps.policies.weightOf(model, policy, inferenceId);
  if (weight === undefined) return;
  try {
    const lines = captureLines({
      model,
      version: served.version,
      inferenceId,
      eventTime,
      inferenceTime: deps.now(),
      ...withoutRedacted(served, request.rows, policy.redact),
      predictions: predictionsOfRows(predictions),
      ...(request.context && { context: request.context }),
      weight,
    });
    if (lines.length === 0) throw new Error('no line is short enough');
    await Promise.all(lines.map((line) => deps.aws.putRecord(deps.stream, line)));
  } catch (error) {
    deps.metrics.add('CaptureFailed', 1);
    logger.warn('capture-failed', { model, inferenceId, error: error instanceof Error ? error.name : 'unknown' });
  }
}

/** Values of the rows, but for the columns that capture leaves out. */
export function withoutRedacted(
  { signature }: ServedVersion,
  rows: InferRequest['rows'],
  redact: readonly string[],
): CapturedColumns {
  const names = signature.inputs.map((field) => field.name);
  const hidden = new Set(redact);
  const kept = names.flatMap((name, index) => (hidden.has(name) ? [] : [index]));
  if (kept.length === names.length) return { columns: names, rows };
  return {
    columns: kept.map((index) => names[index] as string),
    rows: rows.map((row) => kept.map((index) => row[index] ?? null)),
  };
}
