import type { ModelSpec } from '../../spec/model-spec.ts';
import type { Baseline } from '../baseline.ts';

/** What rows of a model version are counted over. */
export interface VersionReference {
  readonly baseline: Baseline;
  /** SHA-256 of the baseline. */
  readonly baselineDigest: string;
  /** Binary: [negative, positive]; multiclass: labels in the order of the probabilities; regression: none. */
  readonly classes: readonly string[];
  /** In force: says segments, bias columns, contract of the features, threshold and redacted features. */
  readonly spec: ModelSpec;
}
