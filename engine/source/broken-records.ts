import { open } from 'node:fs/promises';
import type { Reason } from '../../domain/registry/entities.ts';
import { quoteLiteral } from '../../domain/sql.ts';
import type { SourceFile } from './open-source.ts';
import type { WalkedRecord } from './record-walker.ts';
import { oneLineEach, walkRecords } from './walk-records.ts';

/** A broken record is kept up to this length. */
const MAX_RAW_CHARACTERS = 10_000;
/** Its JSON, with every character escaped; DuckDB makes its buffers by it. */
const MAX_OBJECT_BYTES = 8 * MAX_RAW_CHARACTERS;

/** Records of a CSV file that hold no row. */
export interface BrokenRecords {
  readonly total: number;
  /** By the code of what is wrong with them, the most frequent first. */
  readonly counts: ReadonlyMap<string, number>;
  /** The last one breaks off: the end of the file is missing. */
  readonly cut: boolean;
  /** Relation with `line` (from 1), `code` and `raw` (the text, up to 10,000 characters), if there are any. */
  readonly relation?: string;
}

const NONE: BrokenRecords = { total: 0, counts: new Map(), cut: false };

/**
 * Finds the records that DuckDB skipped. Reads the file only if it has another number of lines than of rows. DuckDB's own
 * table of rejects is of no use here: it takes a kilobyte of memory for each, and one for each cell too many.
 *
 * It also skips, or makes up, what it must not, after a quoted cell that is broken or goes on and on: then there are reasons
 * instead.
 * @param readable rows DuckDB found
 * @param to file that is written if there are any
 */
export async function brokenRecords(
  file: SourceFile,
  readable: number,
  to: string,
): Promise<BrokenRecords | { reasons: Reason[] }> {
  const { dialect } = file;
  if (dialect === undefined || oneLineEach(file, dialect, readable)) return NONE;
  const counts = new Map<string, number>();
  let rows = 0;
  let lines = '';
  let first: number | undefined;
  const onRecord = (record: WalkedRecord): void => {
    const { line, problem } = record;
    if (problem === undefined) {
      rows += 1;
      return;
    }
    if (ENDLESS.includes(problem)) first ??= line;
    counts.set(problem, (counts.get(problem) ?? 0) + 1);
    const raw = JSON.stringify(record.text().slice(0, MAX_RAW_CHARACTERS).toWellFormed());
    lines += `{"line":${line},"code":"${problem}","raw":${raw}}\n`;
  };
  const written = await open(to, 'w');
  let cut = false;
  try {
    cut = await walkRecords(file.path, dialect, onRecord, async () => {
      if (lines !== '') await written.write(lines);
      lines = '';
    });
  } finally {
    await written.close();
  }
  if (rows !== readable) return { reasons: [tornApart(first)] };
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const most = [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
  return { total, counts: new Map(most), cut, ...(total > 0 && { relation: relationOf(to) }) };
}

const ENDLESS = ['line-too-long', 'broken-quotes'];

/** What single-threaded reading may mend. */
export const TORN_APART = 'broken-records';

function tornApart(line: number | undefined): Reason {
  const where = line === undefined ? '' : ` in line ${line}`;
  const message = `quoted cells do not end as they must${where}: the rows after it cannot be told apart`;
  return { code: TORN_APART, message };
}

const relationOf = (path: string): string =>
  `read_json(${quoteLiteral(path)}, format = 'newline_delimited', maximum_object_size = ${MAX_OBJECT_BYTES}, columns = {'line': 'BIGINT', 'code': 'VARCHAR', 'raw': 'VARCHAR'})`;
