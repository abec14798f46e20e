import { canonicalJson } from '../canonical-json.ts';
import type { ModelSpec } from '../spec/model-spec.ts';
import type { Reason } from './entities.ts';
import { RecordTooLargeError } from './errors.ts';

/** An item holds 400 KB; a spec shares its item with little else, and 300 KB is about 2,000 columns with descriptions. */
export const MAX_SPEC_BYTES = 300 * 1024;
export const MAX_REASONS = 100;
export const MAX_REASON_LENGTH = 1_000;

/** @throws RecordTooLargeError */
export function checkSpecSize(spec: ModelSpec): void {
  const bytes = Buffer.byteLength(canonicalJson(spec));
  if (bytes > MAX_SPEC_BYTES) throw new RecordTooLargeError(`the spec of ${spec.name}`, bytes, MAX_SPEC_BYTES);
}

const shorten = (text: string): string =>
  text.length > MAX_REASON_LENGTH ? `${text.slice(0, MAX_REASON_LENGTH)}…` : text;

/** Keeps the first reasons and says how many more there were. */
export function boundReasons(reasons: readonly Reason[]): Reason[] {
  const kept = reasons.slice(0, MAX_REASONS).map((reason) => ({ ...reason, message: shorten(reason.message) }));
  const left = reasons.length - kept.length;
  return left > 0 ? [...kept, { code: 'more-reasons', message: `and ${left} more` }] : kept;
}

/** The same for reasons in plain words. */
export function boundTexts(reasons: readonly string[]): string[] {
  const kept = reasons.slice(0, MAX_REASONS).map(shorten);
  const left = reasons.length - kept.length;
  return left > 0 ? [...kept, `and ${left} more`] : kept;
}
