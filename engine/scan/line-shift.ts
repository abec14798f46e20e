import type { Query } from '../../domain/profiles/profile-sql.ts';
import { quoteLiteral } from '../../domain/sql.ts';
import type { SourceFile } from '../source/open-source.ts';
import { commonShift, type LineShift, sourceLines } from '../source/source-lines.ts';

/**
 * The line of a record, as SQL over the relation `r`, and what has to be joined for it; a join keeps no order.
 * @param wanted tells which rows are asked for, by their number from 1; called only if the file has to be read for it
 */
export async function lineShift(
  query: Query,
  file: SourceFile,
  readable: number,
  wanted: () => Promise<(row: number) => boolean>,
): Promise<{ sql: string; join: string }> {
  const common = commonShift(file, readable);
  if (common !== undefined) return { sql: `r.__record + ${common}`, join: '' };
  await query('CREATE OR REPLACE TEMP TABLE __row_lines (since BIGINT, shift BIGINT)');
  await sourceLines(file, await wanted(), (shifts) => keepShifts(query, '__row_lines', shifts));
  return { sql: 'r.__record + l.shift', join: 'ASOF JOIN __row_lines AS l ON r.__record >= l.since' };
}

async function keepShifts(query: Query, table: string, shifts: readonly LineShift[]): Promise<void> {
  // two literals: as many values would have to be parsed one by one
  const list = (numbers: readonly number[]) =>
    `unnest(CAST(string_split(${quoteLiteral(numbers.join(','))}, ',') AS BIGINT[]))`;
  const [since, shift] = [list(shifts.map((one) => one.since)), list(shifts.map((one) => one.shift))];
  await query(`INSERT INTO ${table} SELECT ${since}, ${shift}`);
}
