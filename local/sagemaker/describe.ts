import type { StoredResource } from './store.ts';

/** FailureReason holds 1,024 characters. */
const FAILURE_REASON_MAX = 1024;

/** The Describe answer of a stored resource: all of it but the key of the store. */
export function toDescription<Resource extends StoredResource>(resource: Resource): Omit<Resource, 'name'> {
  const { name: _, ...description } = resource;
  return description;
}

export const failureReason = (text: string): string => text.trim().slice(0, FAILURE_REASON_MAX);

/** Drops members that are undefined, as JSON does, so that optional fields stay absent in stored documents. */
export const pick = <Source extends object, Key extends keyof Source>(
  source: Source,
  ...keys: Key[]
): Pick<Source, Key> =>
  Object.fromEntries(keys.filter((key) => source[key] !== undefined).map((key) => [key, source[key]])) as Pick<
    Source,
    Key
  >;
