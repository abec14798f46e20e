import { quoteIdentifier, quoteLiteral } from '../sql.ts';
import type { Dialect } from './dialect.ts';
import { MAX_LINE_BYTES } from './limits.ts';

const MESSAGES: Readonly<Record<string, string>> = {
  'too-few-cells': 'a line has fewer cells than it must',
  'too-many-cells': 'a line has more cells than it must',
  'broken-quotes': 'a quoted cell does not end where it must',
  'line-too-long': `a line is longer than ${MAX_LINE_BYTES} bytes`,
  'not-an-object': 'a line is JSON, but no object',
  'duplicate-key': 'an object names a key twice',
  'extra-key': 'an object has a key that is not in the spec',
  'nested-value': 'a column of text holds an object or a list',
};

/** @param code of what is wrong with a line that holds no row */
export const brokenLineMessage = (code: string): string => MESSAGES[code] ?? 'a line cannot be read';

/** A file as a relation with the columns `s0`, `s1` … in the spec's order. */
export interface DataSource {
  /** DuckDB's types of the columns; VARCHAR, and NULL in every row, for one that is absent. */
  readonly types: readonly string[];
  /**
   * Without lines that DuckDB cannot read.
   * @param numbered with `__record`, the number of each row, from 1
   */
  relation(numbered?: 'numbered'): string;
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
    `columns = {${columns.join(', ')}}, parallel = ${parallel}, ignore_errors = true`,
  ].join(', ');
  const cells = indexes.map((index, position) => `${index === undefined ? ABSENT : `c${index}`} AS s${position}`);
  const relation: DataSource['relation'] = (numbered) => {
    const selected = [...cells, ...(numbered ? ['row_number() OVER () AS __record'] : [])].join(', ');
    return `(SELECT ${selected} FROM read_csv(${quoteLiteral(path)}, ${options}))`;
  };
  return {
    types: indexes.map(() => 'VARCHAR'),
    relation,
    marksBroken: false,
    columnar: false,
    headerRecords: dialect.headerRecords,
  };
}

const ABSENT = 'CAST(NULL AS VARCHAR)';

/** What a file holds. A folder called `year=2026` is no column, though DuckDB would take it for one. */
export const parquetFile = (path: string, options = ''): string =>
  `read_parquet(${quoteLiteral(path)}, hive_partitioning = false${options})`;

/**
 * @param columns of the file in the spec's order; undefined for one that is absent
 * @param all names of the file's columns
 */
export function parquetSource(
  path: string,
  columns: readonly ({ name: string; type: string } | undefined)[],
  all: readonly string[],
): DataSource {
  const cells = columns.map((column, position) => `${column ? quoteIdentifier(column.name) : ABSENT} AS s${position}`);
  const plain = `(SELECT ${cells.join(', ')} FROM ${parquetFile(path)})`;
  // a file may have a column of that name itself
  const named = all.some((name) => name.toLowerCase() === 'file_row_number');
  const [number, option] = named ? ['row_number() OVER ()', ''] : ['file_row_number + 1', ', file_row_number = true'];
  const numbered = `(SELECT ${cells.join(', ')}, ${number} AS __record FROM ${parquetFile(path, option)})`;
  return {
    types: columns.map((column) => column?.type ?? 'VARCHAR'),
    relation: (withNumber) => (withNumber ? numbered : plain),
    marksBroken: false,
    columnar: true,
    headerRecords: 0,
  };
}

const NESTED = /^(STRUCT|MAP|UNION|BLOB|BIT|INTERVAL|VARIANT|GEOMETRY)|\[\d*\]$/;

/** Parquet columns that no column of a spec can be made of. */
export const isNested = (type: string): boolean => NESTED.test(type);
