import { canonicalDigest } from '../canonical-json.ts';
import type { ModelSpec } from './model-spec.ts';

/** Two documents that mean the same spec, in YAML or JSON, in any order of keys, have one digest. @returns hex SHA-256 */
export function specDigest(spec: ModelSpec): string {
  return canonicalDigest(spec);
}
