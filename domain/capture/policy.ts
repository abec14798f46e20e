import * as z from 'zod';
import { durationMs } from '../duration.ts';
import { featureNames, type ModelSpec } from '../spec/model-spec.ts';
import { sampledShare } from './sampling.ts';

/** A column that requests may carry besides the features, so that figures can be told apart by it. */
const ContextColumn = z.object({
  name: z.string(),
  /** Captured as `protectedLabel`, never in clear. */
  protected: z.boolean(),
});

/**
 * What of a call is captured, and how long its numbers may be given again. Derived from the spec in force when it is applied and stored beside it, so that the router
 * reads one small item and a change holds at once for every version.
 */
export const CapturePolicy = z.object({
  model: z.string(),
  specVersion: z.number().int(),
  /** In (0, 1], a power of one half. */
  share: z.number(),
  maxCallsPerMinute: z.number().int().optional(),
  /** Columns that are never captured among the features, whatever a version takes for features. */
  redact: z.array(z.string()),
  /** Columns of segments and of bias that are no features. */
  context: z.array(ContextColumn),
  /** Predictions may be given again for so long. @default not at all */
  cacheTtlSeconds: z.number().optional(),
});
export type CapturePolicy = z.infer<typeof CapturePolicy>;

export function capturePolicyOf(spec: ModelSpec, specVersion: number): CapturePolicy {
  const { capture, segments, bias } = spec.monitoring;
  const elsewhere = new Set([...featureNames(spec), ...capture.redact]);
  const names = new Set([...segments, ...bias.map(({ column }) => column)].filter((name) => !elsewhere.has(name)));
  return {
    model: spec.name,
    specVersion,
    share: sampledShare(capture.share),
    ...(capture.maxCallsPerMinute !== undefined && { maxCallsPerMinute: capture.maxCallsPerMinute }),
    redact: redactedColumns(spec),
    ...(spec.deployment.cache && { cacheTtlSeconds: durationMs(spec.deployment.cache.ttl) / 1_000 }),
    context: [...names].map((name) => ({ name, protected: spec.data.protected.includes(name) })),
  };
}

/** Those the spec names, and protected ones: a version from before they were may still take them for features. */
export function redactedColumns(spec: ModelSpec): string[] {
  return [...new Set([...spec.monitoring.capture.redact, ...spec.data.protected])];
}
