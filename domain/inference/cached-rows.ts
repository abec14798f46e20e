import type { Value } from './datatypes.ts';

/** Cells of a request that are looked up: the key of more costs more than many a prediction. */
export const MAX_CACHED_CELLS = 10_000;

/**
 * Rows as one text, the same for the same values whichever face they came through; other values have another text.
 *
 * @returns undefined for more cells than are looked up
 */
export function rowsText(rows: readonly (readonly Value[])[]): string | undefined {
  if (rows.length * (rows[0]?.length ?? 0) > MAX_CACHED_CELLS) return undefined;
  return JSON.stringify(rows, (_, value: unknown) => {
    // JSON has one zero, and no whole numbers beyond 2^53
    if (Object.is(value, -0)) return { negative: 0 };
    return typeof value === 'bigint' ? { integer: String(value) } : value;
  });
}
