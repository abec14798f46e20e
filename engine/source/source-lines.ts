import type { SourceFile } from './open-source.ts';
import { oneLineEach, walkRecords } from './walk-records.ts';

/** A row's line is its number and the shift of the last entry whose `since` is not above it. */
export interface LineShift {
  readonly since: number;
  readonly shift: number;
}

/**
 * The lines, from 1, in which rows begin; of Parquet, the rows' own numbers. Reads the file only if it has another number of
 * lines than of rows.
 * @param readable rows of the file, which `brokenRecords` agreed with
 * @param wanted `__record` of the rows that are asked for, ascending
 */
export async function sourceLines(
  file: SourceFile,
  { readable, wanted }: { readonly readable: number; readonly wanted: readonly number[] },
): Promise<LineShift[]> {
  const { dialect } = file;
  if (dialect === undefined) return [{ since: 1, shift: 0 }];
  if (oneLineEach(file, dialect, readable)) return [{ since: 1, shift: dialect.headerLines }];
  const shifts: LineShift[] = [];
  let row = 0;
  let next = 0;
  await walkRecords(file.path, dialect, ({ line, problem }) => {
    if (problem !== undefined) return;
    row += 1;
    if (wanted[next] !== row) return;
    next += 1;
    const shift = line - row;
    if (shifts.at(-1)?.shift !== shift) shifts.push({ since: row, shift });
  });
  return shifts;
}
