import { quoteIdentifier, quoteLiteral } from '../sql.ts';

/** How DuckDB names what is wrong with a line, and what it is called in reasons. */
const BROKEN_LINES: Readonly<Record<string, readonly [code: string, message: string]>> = {
  'MISSING COLUMNS': ['too-few-cells', 'a line has fewer cells than the header'],
  'TOO MANY COLUMNS': ['too-many-cells', 'a line has more cells than the header'],
  'UNQUOTED VALUE': ['broken-quotes', 'a quoted cell does not end where it must'],
  'LINE SIZE OVER MAXIMUM': ['line-too-long', 'a line is longer than 2 MB'],
  'INVALID ENCODING': ['wrong-encoding', 'a line is not UTF-8'],
};

export function brokenLine(errorType: string): { code: string; message: string } {
  const [code, message] = BROKEN_LINES[errorType] ?? ['broken-line', 'a line cannot be read'];
  return { code, message };
}

/** SQL that gives the code of a broken line. */
export function brokenLineCode(errorType: string): string {
  const cases = Object.entries(BROKEN_LINES).map(([type, [code]]) => `WHEN '${type}' THEN '${code}'`);
  return `CASE CAST(${errorType} AS VARCHAR) ${cases.join(' ')} ELSE 'broken-line' END`;
}

/** A file as a relation with the columns `s0`, `s1` … in the spec's order and, on demand, `__record`. */
export interface DataSource {
  /** DuckDB's types of the columns. */
  readonly types: readonly string[];
  /** @param lines what becomes of lines that cannot be read: into the table reject_errors, or nowhere */
  relation(lines: 'store' | 'skip'): string;
  /** With `__record`: the number of each readable record, from 1. */
  readonly numbered: string;
  /** Records before the first row: 1 for a CSV header. */
  readonly headerRecords: number;
}

/**
 * Every cell is read as text, so that bad ones can be counted.
 * @param width cells of a line
 * @param indexes of the spec's columns among them
 */
export function csvSource(path: string, delimiter: string, width: number, indexes: readonly number[]): DataSource {
  const columns = Array.from({ length: width }, (_, index) => `'c${index}': 'VARCHAR'`);
  const options = [
    'auto_detect = false, header = false, skip = 1',
    `delim = ${quoteLiteral(delimiter)}, quote = '"', escape = '"', nullstr = ''`,
    `columns = {${columns.join(', ')}}`,
  ].join(', ');
  const relation = (lines: string, more = ''): string => {
    const selected = indexes.map((index, position) => `c${index} AS s${position}`).join(', ');
    return `(SELECT ${selected}${more} FROM read_csv(${quoteLiteral(path)}, ${options}, ${lines}))`;
  };
  const skip = 'ignore_errors = true';
  return {
    headerRecords: 1,
    types: indexes.map(() => 'VARCHAR'),
    relation: (lines) => relation(lines === 'store' ? 'store_rejects = true, rejects_limit = 0' : skip),
    numbered: relation(skip, ', row_number() OVER () AS __record'),
  };
}

/** @param columns of the file in the spec's order */
export function parquetSource(path: string, columns: readonly { name: string; type: string }[]): DataSource {
  const selected = columns.map(({ name }, position) => `${quoteIdentifier(name)} AS s${position}`).join(', ');
  const file = quoteLiteral(path);
  const relation = `(SELECT ${selected} FROM read_parquet(${file}))`;
  return {
    headerRecords: 0,
    types: columns.map(({ type }) => type),
    relation: () => relation,
    numbered: `(SELECT ${selected}, file_row_number + 1 AS __record FROM read_parquet(${file}, file_row_number = true))`,
  };
}

const NESTED = /^(STRUCT|MAP|UNION|BLOB|BIT|INTERVAL|VARIANT)|\[\d*\]$/;

/** Parquet columns that no column of a spec can be made of. */
export const isNested = (type: string): boolean => NESTED.test(type);
