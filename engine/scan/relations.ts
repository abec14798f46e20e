import type { Contract } from '../../domain/contracts/contract.ts';
import { namedColumns, typedRelation } from '../../domain/contracts/typed-columns.ts';
import type { DataSource } from '../../domain/datasets/source-sql.ts';
import type { Query } from '../../domain/profiles/profile-sql.ts';
import { createReasons, findReasons, REASONS } from './broken-rules.ts';

/** Parquet with more columns is read so many at a time: all at once, a thousand take 1 GB. */
export const COLUMNS_AT_ONCE = 100;
const WIDE_COLUMNS = 2 * COLUMNS_AT_ONCE;
/** Cells of a row group: while one is written, all of it is in memory. */
const ROW_GROUP_CELLS = 4_000_000;

/** Rows, at least DuckDB's vector of 2,048. */
export const rowGroupSize = ({ columns }: Pick<Contract, 'columns'>): number =>
  Math.min(122_880, Math.max(2_048, Math.floor(ROW_GROUP_CELLS / columns.length)));

/** A file under a contract, as relations. */
export interface Rows {
  /** `s0`, `t0` …, `__later0` …; with `__record` if `numbered`. */
  typed(numbered?: boolean): string;
  /** True for a row that is set aside, and for a line that holds none. */
  readonly bad: string;
  /** The same, where `condition` is true for a row that is set aside. */
  badBy(condition: string): string;
  /** Many columns in a format that need not be read whole: a few at a time. Which rows are bad is known beforehand. */
  readonly byColumns: boolean;
  /** True for a row, false for a line that holds none; absent where there are only rows. */
  readonly isRow?: string;
}

/** Finds the keys that occur more than once: in a whole file mostly none, and then no row needs a number. */
export async function openRows(query: Query, contract: Contract, source: DataSource): Promise<Rows> {
  const typed = (relation: string) => typedRelation(contract.columns, relation);
  const repeated = new Set<number>();
  for (const [index, key] of contract.keys.entries()) {
    const cells = key.columns.map((column) => `t${column}`);
    const present = cells.map((cell) => `${cell} IS NOT NULL`).join(' AND ');
    const hash = `hash(${cells.join(', ')})`;
    await query(
      `CREATE OR REPLACE TEMP TABLE __repeated${index} AS
       SELECT ${hash} AS h FROM ${typed(source.relation())} WHERE ${present} GROUP BY h HAVING count(*) > 1`,
    );
    const [{ n } = {}] = await query(`SELECT count(*) AS n FROM __repeated${index}`);
    if (Number(n) === 0) continue;
    // by the values themselves: two keys may have one hash
    await query(
      `CREATE OR REPLACE TEMP TABLE __records${index} AS
       SELECT __record AS record FROM ${typed(source.relation('numbered'))}
       WHERE ${present} AND ${hash} IN (SELECT h FROM __repeated${index})
       QUALIFY row_number() OVER (PARTITION BY ${cells.join(', ')} ORDER BY __record) > 1`,
    );
    repeated.add(index);
  }
  // a LEFT JOIN would give the rows it finds before the others
  const later = contract.keys.map(({ later }, index) =>
    repeated.has(index) ? `(__record IN (SELECT record FROM __records${index})) AS ${later}` : `false AS ${later}`,
  );
  const relation = (numbered: boolean): string => {
    const base = typed(source.relation(repeated.size > 0 || numbered ? 'numbered' : undefined));
    const all = later.length === 0 ? base : `(SELECT *, ${later.join(', ')} FROM ${base})`;
    const isRow = source.marksBroken ? ' AND __broken IS NULL' : '';
    return contract.only === undefined ? all : `(SELECT * FROM ${all} WHERE ${contract.only}${isRow})`;
  };
  if (source.columnar && contract.columns.length > WIDE_COLUMNS) {
    await createReasons(query);
    await findReasons(query, contract.rules, relation(true), undefined);
    const errors = contract.rules.flatMap(({ severity }, index) => (severity === 'error' ? [index] : []));
    const bad = `__record IN (SELECT record FROM ${REASONS} WHERE rule IN (${[...errors, -1].join(', ')}))`;
    return { bad: `(${bad})`, badBy: (condition) => condition, byColumns: true, typed: () => relation(true) };
  }
  const badBy = (condition: string) => (source.marksBroken ? `(__broken IS NOT NULL OR ${condition})` : condition);
  return {
    bad: badBy(contract.bad),
    badBy,
    ...(source.marksBroken && { isRow: '__broken IS NULL' }),
    byColumns: false,
    typed: (numbered = false) => relation(numbered),
  };
}

/** The rows that are not set aside, typed, under the spec's names. */
export function acceptedRows(contract: Contract, rows: Rows): string {
  return `(SELECT ${namedColumns(contract.columns)} FROM ${rows.typed()} WHERE NOT ${rows.bad})`;
}

/** All rows, typed, under the spec's names. */
export function namedRows(contract: Contract, rows: Rows): string {
  const where = rows.isRow === undefined ? '' : ` WHERE ${rows.isRow}`;
  return `(SELECT ${namedColumns(contract.columns)} FROM ${rows.typed()}${where})`;
}
