import * as z from 'zod';
import { json, type RestResponse } from '../runtime/http.ts';
import { parseInput } from '../runtime/input.ts';
import type { Call } from './router.ts';

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1_000;
/** A Lambda answers with at most 6 MB. */
const MAX_PAGE_BYTES = 4 * 1024 * 1024;

const Limit = z.object({ limit: z.coerce.number().int().min(1).max(MAX_LIMIT).default(DEFAULT_LIMIT) });

/** How many items the caller wants: `?limit=`. @throws InvalidInputError */
export const limitOf = (query: Call['query']): number => parseInput(Limit, { limit: query.limit }).limit;

/**
 * A list as it is answered. `more` says that there are further items: beyond the limit, of which one more than asked for
 * was read to know, or beyond what fits one answer.
 */
export function page(items: readonly unknown[], limit: number, extra: object = {}): RestResponse {
  return json(200, { ...fitting(items, limit), ...extra });
}

/** The first items that one answer holds, at least one. */
export function fitting<T>(items: readonly T[], limit: number): { items: T[]; more: boolean } {
  const kept: T[] = [];
  let bytes = 0;
  for (const item of items.slice(0, limit)) {
    bytes += Buffer.byteLength(JSON.stringify(item));
    if (bytes > MAX_PAGE_BYTES && kept.length > 0) break;
    kept.push(item);
  }
  return { items: kept, more: kept.length < items.length };
}
