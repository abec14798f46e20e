import type { SourceFile } from './open-source.ts';
import { oneLineEach, walkRecords } from './walk-records.ts';

/** A row's line is its number and the shift of the last entry whose `since` is not above it. */
export interface LineShift {
  readonly since: number;
  readonly shift: number;
}

/**
 * What is to be added to the number of any row for the line, from 1, in which it begins; of Parquet it is the number.
 * @param readable rows of the file, which `brokenRecords` agreed with
 * @returns undefined if it is not the same for all: the file has another number of lines than of rows
 */
export function commonShift(file: SourceFile, readable: number): number | undefined {
  const { dialect } = file;
  if (dialect === undefined) return 0;
  return oneLineEach(file, dialect, readable) ? dialect.headerLines : undefined;
}

/**
 * Finds the lines in which rows of a CSV file begin by reading it through.
 * @param isWanted whether a row, by its number from 1, is asked for
 * @param keep is waited for, so that memory is bounded by what a chunk of the file makes
 */
export async function sourceLines(
  { path, dialect }: SourceFile,
  isWanted: (row: number) => boolean,
  keep: (shifts: readonly LineShift[]) => Promise<void>,
): Promise<void> {
  if (dialect === undefined) return;
  let found: LineShift[] = [];
  let row = 0;
  let last: number | undefined;
  await walkRecords(
    path,
    dialect,
    ({ line, problem }) => {
      if (problem !== undefined) return;
      row += 1;
      if (!isWanted(row)) return;
      const shift = line - row;
      if (shift !== last) found.push({ since: row, shift });
      last = shift;
    },
    async () => {
      if (found.length > 0) await keep(found);
      found = [];
    },
  );
}
