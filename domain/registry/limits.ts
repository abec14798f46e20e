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

/** All of few; of many the first, and as the last a line that says how many are left out. Bounding twice changes nothing. */
function bound<T>(items: readonly T[], leftOut: (count: number) => T): T[] {
  if (items.length <= MAX_REASONS) return [...items];
  const kept = items.slice(0, MAX_REASONS - 1);
  return [...kept, leftOut(items.length - kept.length)];
}

export const boundTexts = (reasons: readonly string[]): string[] =>
  bound(reasons, (count) => `and ${count} more`).map(shorten);

export const boundReasons = (reasons: readonly Reason[]): Reason[] =>
  bound(reasons, (count) => ({ code: 'more-reasons', message: `and ${count} more` })).map((reason) => ({
    ...reason,
    message: shorten(reason.message),
  }));
