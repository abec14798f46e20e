import { basename, join } from 'node:path';
import type { ColumnFacts, DataFacts, TextFacts } from '../../domain/contracts/infer/facts.ts';
import { MAX_COUNTED_TEXTS } from '../../domain/contracts/infer/facts.ts';
import { proposePatterns } from '../../domain/contracts/infer/patterns.ts';
import { type TypedColumn, typedColumnsOf, typedRelation } from '../../domain/contracts/typed-columns.ts';
import type { Query } from '../../domain/profiles/profile-sql.ts';
import type { Column, DataSpec } from '../../domain/spec/columns.ts';
import { columnKind } from '../../domain/spec/infer.ts';
import { quoteLiteral } from '../../domain/sql.ts';
import { queryOf, withDuckDb } from '../duckdb.ts';
import { withWorkFolder } from '../work-folder.ts';
import { asColumn, type GuessedColumn, guessColumns } from './guess-columns.ts';
import { numberFacts } from './number-facts.ts';
import { type OpenedData, openData } from './open-data.ts';

const MEMORY_LIMIT_MB = 2_048;
/** Columns of one statement: a count of distinct values keeps them all. */
const BATCH_COLUMNS = 20;
/** Values that patterns are proposed from; longer texts have none. */
const PATTERN_VALUES = 1_000;
const MAX_PATTERN_LENGTH = 200;
const ID_NAME = /(^|_)(id|key|code|number|no)$|Id$/i;
const MAX_KEYS = 6;

export interface DataFactsInput {
  readonly paths: readonly string[];
  /** The author's columns and roles; without, columns and types are found in the files. */
  readonly data?: DataSpec;
  readonly onProgress?: (step: string) => void;
}

/**
 * Reads whole files, of the same columns, and counts what a contract is suggested by. Counts are exact; what does not fit
 * into memory is spilled to disk.
 * @throws Error saying what is wrong with a file
 */
export async function dataFacts({ paths, data, onProgress }: DataFactsInput): Promise<DataFacts> {
  return withWorkFolder('infer', (folder) =>
    withDuckDb({ memoryLimitMb: MEMORY_LIMIT_MB, folders: [folder], files: paths }, async (connection) => {
      const query = queryOf(connection);
      const opened: OpenedData[] = [];
      for (const [index, path] of paths.entries()) {
        onProgress?.(`reading ${basename(path)}`);
        opened.push(await openData(connection, path, join(folder, String(index)), data));
      }
      const [first] = opened;
      if (!first) throw new Error('there is no file to read');
      requireSameColumns(paths, opened);
      const cells = `read_parquet([${opened.map(({ path }) => quoteLiteral(path)).join(', ')}], union_by_name = true)`;
      const rows = opened.reduce((sum, one) => sum + one.rows, 0);
      if (rows === 0) throw new Error(`${paths.map((path) => basename(path)).join(', ')} has no row`);
      onProgress?.('finding types');
      const guessed = data ? undefined : await guessColumns(query, cells, first.names, first.types);
      const columns = data?.columns ?? guessed?.map(asColumn) ?? [];
      const table = { query, cells, rows, columns, types: first.types, path: join(folder, 'typed.duckdb') };
      const typed = await writeTyped(connection, table);
      onProgress?.('counting');
      const facts = await columnFacts(table, typed, guessed);
      return {
        source: paths.map((path) => basename(path)).join(', '),
        format: first.format,
        ...(first.delimiter !== undefined && { delimiter: first.delimiter }),
        rows,
        files: opened.map((one) => one.rows),
        brokenLines: opened.reduce((sum, one) => sum + one.brokenLines, 0),
        columns: facts,
        ...(await rowFacts(table, typed, facts, data)),
      };
    }),
  );
}

interface Table {
  readonly query: Query;
  /** Relation of the cells as they came. */
  readonly cells: string;
  readonly rows: number;
  readonly columns: readonly Column[];
  readonly types: readonly string[];
  readonly path: string;
}

function requireSameColumns(paths: readonly string[], opened: readonly OpenedData[]): void {
  const [first] = opened;
  for (const [index, one] of opened.entries())
    if (one.names.join('\n') !== first?.names.join('\n'))
      throw new Error(`${basename(paths[index] ?? '')} has other columns than ${basename(paths[0] ?? '')}`);
}

/** @returns relation of the columns `t0`, `t1` … with the types of a contract */
async function writeTyped(connection: { run(sql: string): Promise<unknown> }, table: Table): Promise<string> {
  const columns = typedColumnsOf(table.columns, table.types);
  const list = columns.map((_, index) => `t${index}`).join(', ');
  // a database on disk: a wide Parquet file is opened anew, with all of its columns, by every statement
  await connection.run(`ATTACH ${quoteLiteral(table.path)} AS facts`);
  await connection.run(`CREATE TABLE facts.typed AS SELECT ${list} FROM ${typedRelation(columns, table.cells)}`);
  return 'facts.typed';
}

async function columnFacts(
  table: Table,
  typed: string,
  guessed: readonly GuessedColumn[] | undefined,
): Promise<ColumnFacts[]> {
  const sources = typedColumnsOf(table.columns, table.types);
  const facts: ColumnFacts[] = [];
  for (let start = 0; start < table.columns.length; start += BATCH_COLUMNS) {
    const batch = table.columns.slice(start, start + BATCH_COLUMNS).map((column, i) => ({ column, index: start + i }));
    const before = batch.map(({ column, index }) =>
      rawCounts(column, sources[index] as TypedColumn, table.types[index], index),
    );
    const after = batch.map(({ column, index }) => typedCounts(column, index));
    const [raw = {}] = await table.query(`SELECT ${before.join(', ')} FROM ${table.cells}`);
    const [counts = {}] = await table.query(`SELECT ${after.join(', ')} FROM ${typed}`);
    for (const { column, index } of batch) {
      const [present = 0, withOffset = 0] = (raw[`r${index}`] as unknown[]).map(Number);
      const [kept = 0, distinct = 0, nans = 0, infinities = 0] = (counts[`k${index}`] as unknown[]).map(Number);
      const known: ColumnFacts = {
        name: column.name,
        type: column.type,
        rows: table.rows,
        nulls: table.rows - present,
        misfits: present - kept,
        distinct,
        nans,
        infinities,
        ...(guessed?.[index]?.format !== undefined && { format: guessed[index].format }),
        ...(column.type === 'timestamp' && { withOffset }),
      };
      facts.push(await withDetails(table.query, typed, known, index, guessed === undefined));
    }
  }
  return facts;
}

/** As in typed columns: a time that says its offset itself. */
const WITH_OFFSET = '(?i)(z|:\\d{2}(\\.\\d+)?\\s*[+-]\\d{2}(:?\\d{2})?)$';

function rawCounts({ type }: Column, { raw }: TypedColumn, native: string | undefined, index: number): string {
  const offset =
    type !== 'timestamp'
      ? '0'
      : native === 'VARCHAR'
        ? `count_if(regexp_matches(${raw}, ${quoteLiteral(WITH_OFFSET)}))`
        : native?.startsWith('TIMESTAMP WITH TIME ZONE')
          ? `count(s${index})`
          : '0';
  return `[count(s${index}), ${offset}] AS r${index}`;
}

function typedCounts({ type }: Column, index: number): string {
  const value = `t${index}`;
  const special = type === 'number' ? `count_if(isnan(${value})), count_if(isinf(${value}))` : '0, 0';
  return `[count(${value}), count(DISTINCT ${value}), ${special}] AS k${index}`;
}

async function withDetails(
  query: Query,
  typed: string,
  facts: ColumnFacts,
  index: number,
  stated: boolean,
): Promise<ColumnFacts> {
  const value = `t${index}`;
  if (facts.type === 'integer' || facts.type === 'number') {
    const numbers = await numberFacts(query, typed, value, facts.distinct);
    return { ...facts, ...(numbers && { numbers }) };
  }
  if (facts.type !== 'string' && facts.type !== 'category') return facts;
  const { name, rows, nulls, distinct = 0 } = facts;
  const type = stated ? facts.type : columnKind({ name, type: 'VARCHAR', rows, nulls, distinct });
  const lengths = await numberFacts(query, typed, `length(${value})`);
  const texts = await textFacts(query, typed, value, distinct, lengths?.max ?? 0);
  return { ...facts, type, texts, ...(lengths && { lengths }) };
}

async function textFacts(
  query: Query,
  typed: string,
  value: string,
  distinct: number,
  longest: number,
): Promise<TextFacts> {
  const grouped = `SELECT ${value} AS v, count(*) AS n FROM ${typed} WHERE ${value} IS NOT NULL GROUP BY v`;
  const [row = {}] = await query(`SELECT count_if(n = 1) AS once, count_if(n = 2) AS twice FROM (${grouped})`);
  const values =
    distinct <= MAX_COUNTED_TEXTS
      ? (await query(`${grouped} ORDER BY n DESC, v`)).map(({ v, n }): [string, number] => [String(v), Number(n)])
      : undefined;
  const pattern = longest > MAX_PATTERN_LENGTH ? undefined : await patternOf(query, typed, value, grouped);
  return {
    singletons: Number(row.once),
    doubletons: Number(row.twice),
    ...(values && { values }),
    ...(pattern !== undefined && { pattern }),
  };
}

/** Proposed from a sample that is the same each time, held against every row. */
async function patternOf(query: Query, typed: string, value: string, grouped: string): Promise<string | undefined> {
  const sample = await query(`SELECT v FROM (${grouped}) ORDER BY md5(v), v LIMIT ${PATTERN_VALUES}`);
  const proposed = proposePatterns(sample.map(({ v }) => String(v)));
  if (proposed.length === 0) return undefined;
  const fits = proposed.map(
    (pattern, i) => `count_if(NOT regexp_full_match(${value}, ${quoteLiteral(pattern)})) AS p${i}`,
  );
  const [row = {}] = await query(`SELECT ${fits.join(', ')} FROM ${typed}`);
  return proposed.find((_, i) => Number(row[`p${i}`]) === 0);
}

/** Duplicate rows, and pairs of an id and a time where no column names a row alone. */
async function rowFacts(
  { query, rows, columns }: Table,
  typed: string,
  facts: readonly ColumnFacts[],
  data: DataSpec | undefined,
): Promise<Pick<DataFacts, 'duplicateRows' | 'keys'>> {
  const single = facts.some(({ distinct, nulls, misfits }) => nulls + misfits === 0 && distinct === rows);
  const differing = async (list: string): Promise<number> => {
    const [row = {}] = await query(`SELECT count(*) AS n FROM (SELECT DISTINCT ${list} FROM ${typed})`);
    return Number(row.n);
  };
  const duplicateRows = single ? 0 : rows - (await differing('*'));
  const indexOf = (name: string | undefined): number[] => {
    const index = columns.findIndex((column) => column.name === name);
    return index < 0 ? [] : [index];
  };
  const ids = data
    ? indexOf(data.id)
    : columns.flatMap(({ name, type }, i) => (ID_NAME.test(name) && type !== 'timestamp' ? [i] : []));
  const times = data ? indexOf(data.timestamp) : columns.flatMap(({ type }, i) => (type === 'timestamp' ? [i] : []));
  const whole = (i: number): boolean => facts[i]?.nulls === 0 && facts[i]?.misfits === 0;
  const alone = ids.some((i) => facts[i]?.distinct === rows);
  const pairs = alone
    ? []
    : ids.flatMap((id) => times.map((time) => [id, time] as const)).filter((pair) => pair.every(whole));
  const keys: DataFacts['keys'][number][] = [];
  for (const [id, time] of pairs.slice(0, MAX_KEYS)) {
    const names = [columns[id]?.name ?? '', columns[time]?.name ?? ''];
    keys.push({ columns: names, unique: (await differing(`t${id}, t${time}`)) === rows });
  }
  return { duplicateRows, keys };
}
