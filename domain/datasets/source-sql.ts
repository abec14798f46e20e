import { quoteIdentifier, quoteLiteral } from '../sql.ts';
import type { Dialect } from './dialect.ts';
import { MAX_LINE_BYTES } from './limits.ts';

/** How DuckDB names what is wrong with a line. */
const ERROR_TYPES: Readonly<Record<string, string>> = {
  'MISSING COLUMNS': 'too-few-cells',
  'TOO MANY COLUMNS': 'too-many-cells',
  'UNQUOTED VALUE': 'broken-quotes',
  'LINE SIZE OVER MAXIMUM': 'line-too-long',
  'INVALID ENCODING': 'wrong-encoding',
};
const MESSAGES: Readonly<Record<string, string>> = {
  'too-few-cells': 'a line has fewer cells than it must',
  'too-many-cells': 'a line has more cells than it must',
  'broken-quotes': 'a quoted cell does not end where it must',
  'line-too-long': `a line is longer than ${MAX_LINE_BYTES} bytes`,
  'wrong-encoding': 'a line is not UTF-8',
  'not-an-object': 'a line is JSON, but no object',
  'duplicate-key': 'an object names a key twice',
  'extra-key': 'an object has a key that is not in the spec',
  'nested-value': 'a column of text holds an object or a list',
};

/** What is wrong with a line that holds no row, by DuckDB's error type. */
export function brokenLine(errorType: string): { code: string; message: string } {
  const code = ERROR_TYPES[errorType] ?? 'broken-line';
  return { code, message: brokenLineMessage(code) };
}

/** @param code as in reject_errors by `brokenLineCode`, or in `__broken` */
export const brokenLineMessage = (code: string): string => MESSAGES[code] ?? 'a line cannot be read';

/** SQL that gives the code of a broken line. */
export function brokenLineCode(errorType: string): string {
  const cases = Object.entries(ERROR_TYPES).map(
    ([type, code]) => `WHEN ${quoteLiteral(type)} THEN ${quoteLiteral(code)}`,
  );
  return `CASE CAST(${errorType} AS VARCHAR) ${cases.join(' ')} ELSE 'broken-line' END`;
}

/** A file as a relation with the columns `s0`, `s1` … in the spec's order. */
export interface DataSource {
  /** DuckDB's types of the columns; VARCHAR, and NULL in every row, for one that is absent. */
  readonly types: readonly string[];
  /**
   * @param lines what becomes of lines that cannot be read: into the table reject_errors, or nowhere
   * @param numbered with `__record`, the number of each readable record, from 1
   */
  relation(lines: 'store' | 'skip', numbered?: 'numbered'): string;
  readonly numbered: string;
  /** Lines that cannot be read come into reject_errors. */
  readonly rejects: boolean;
  /**
   * The relation has `__broken`, the code of what is wrong with a line that holds no row and NULL for rows, and `__raw`,
   * the text of such a line. Their other cells are NULL.
   */
  readonly marksBroken: boolean;
  /** Columns that nobody asks for are not read. */
  readonly columnar: boolean;
  /** Records before the first row: 1 for a CSV header. */
  readonly headerRecords: number;
}

/**
 * Every cell is read as text, so that bad ones can be counted.
 * @param indexes of the spec's columns in the file
 * @param parallel in pieces of 8 MB; where a quoted cell of many lines crosses from one to the next, DuckDB may take its
 * lines for records
 */
export function csvSource(
  path: string,
  dialect: Dialect,
  indexes: readonly (number | undefined)[],
  parallel = true,
): DataSource {
  const columns = Array.from({ length: dialect.width }, (_, index) => `'c${index}': 'VARCHAR'`);
  const quote = quoteLiteral(dialect.quote ?? '');
  const options = [
    `auto_detect = false, header = false, skip = ${dialect.headerRecords}, max_line_size = ${MAX_LINE_BYTES}`,
    `delim = ${quoteLiteral(dialect.delimiter)}, quote = ${quote}, escape = ${quote}, nullstr = ''`,
    `columns = {${columns.join(', ')}}, parallel = ${parallel}`,
  ].join(', ');
  const cells = indexes.map((index, position) => `${index === undefined ? ABSENT : `c${index}`} AS s${position}`);
  const relation: DataSource['relation'] = (lines, numbered) => {
    const selected = [...cells, ...(numbered ? ['row_number() OVER () AS __record'] : [])].join(', ');
    return `(SELECT ${selected} FROM read_csv(${quoteLiteral(path)}, ${options}, ${LINES[lines]}))`;
  };
  return {
    types: indexes.map(() => 'VARCHAR'),
    relation,
    numbered: relation('skip', 'numbered'),
    rejects: true,
    marksBroken: false,
    columnar: false,
    headerRecords: dialect.headerRecords,
  };
}

/** What becomes of lines DuckDB cannot read. */
const LINES = {
  store: 'store_rejects = true, rejects_limit = 0',
  skip: 'ignore_errors = true',
} as const;

const ABSENT = 'CAST(NULL AS VARCHAR)';

/** @param columns of the file in the spec's order; undefined for one that is absent */
export function parquetSource(
  path: string,
  columns: readonly ({ name: string; type: string } | undefined)[],
): DataSource {
  const cells = columns.map((column, position) => `${column ? quoteIdentifier(column.name) : ABSENT} AS s${position}`);
  const file = quoteLiteral(path);
  const plain = `(SELECT ${cells.join(', ')} FROM read_parquet(${file}))`;
  const numbered = `(SELECT ${cells.join(', ')}, file_row_number + 1 AS __record FROM read_parquet(${file}, file_row_number = true))`;
  return {
    types: columns.map((column) => column?.type ?? 'VARCHAR'),
    relation: (_lines, withNumber) => (withNumber ? numbered : plain),
    numbered,
    rejects: false,
    marksBroken: false,
    columnar: true,
    headerRecords: 0,
  };
}

const NESTED = /^(STRUCT|MAP|UNION|BLOB|BIT|INTERVAL|VARIANT|GEOMETRY)|\[\d*\]$/;

/** Parquet columns that no column of a spec can be made of. */
export const isNested = (type: string): boolean => NESTED.test(type);
