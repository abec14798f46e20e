import { open } from 'node:fs/promises';
import type { RuleOutcome } from '../../domain/contracts/judgement.ts';
import { brokenLine } from '../../domain/datasets/source-sql.ts';
import type { Query } from '../../domain/profiles/profile-sql.ts';

const NEWLINE = 10;

/** Lines DuckDB could not read, by what was wrong with them first. Their text is not shown: it may hold protected cells. */
export async function brokenLineCounts(query: Query): Promise<RuleOutcome[]> {
  const rows = await query(
    `SELECT kind, count(*) AS n FROM
      (SELECT line, arg_min(CAST(error_type AS VARCHAR), column_idx) AS kind FROM reject_errors GROUP BY line)
     GROUP BY kind ORDER BY n DESC, kind`,
  );
  return rows.map(({ kind, n }) => {
    const { code, message } = brokenLine(String(kind));
    return brokenLineOutcome(code, message, Number(n));
  });
}

export const brokenLineOutcome = (code: string, message: string, rows: number): RuleOutcome => ({
  id: code,
  code,
  message,
  severity: 'error',
  rows,
  status: 'broken',
  examples: [],
});

/**
 * True if the file ends within a record: the last line lacks cells and its line end, or a quoted cell is still open. A last
 * line that is complete but for its line end is fine.
 */
export async function lastLineIsCut(query: Query, file: { path: string; size: number }): Promise<boolean> {
  const [last] = await query(
    `SELECT CAST(error_type AS VARCHAR) AS kind, line_byte_position + octet_length(encode(csv_line)) AS ends
     FROM reject_errors ORDER BY line DESC, column_idx LIMIT 1`,
  );
  if (!last || Number(last.ends) < file.size - 2) return false;
  if (last.kind === 'UNQUOTED VALUE') return true;
  return last.kind === 'MISSING COLUMNS' && (await lastByte(file)) !== NEWLINE;
}

async function lastByte({ path, size }: { path: string; size: number }): Promise<number | undefined> {
  const handle = await open(path);
  try {
    const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
    return buffer[0];
  } finally {
    await handle.close();
  }
}
