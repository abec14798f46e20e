import type { Query } from '../../domain/profiles/profile-sql.ts';
import type { Column } from '../../domain/spec/columns.ts';
import { columnKind } from '../../domain/spec/infer.ts';
import { quoteLiteral } from '../../domain/sql.ts';

/** Columns of one statement. */
const BATCH_COLUMNS = 50;
/** Rows that show whether a format is worth trying on all. */
const GLANCE_ROWS = 1_000;

const DAYS = [
  '%d.%m.%Y',
  '%d.%m.%y',
  '%m/%d/%Y',
  '%d/%m/%Y',
  '%Y/%m/%d',
  '%d-%m-%Y',
  '%d %b %Y',
  '%b %d, %Y',
  '%d-%b-%Y',
  '%m/%d/%y',
];
const TIMES = ['', ' %H:%M:%S', ' %H:%M', ' %H:%M:%S.%g', ' %I:%M %p', ' %I:%M:%S %p'];
/** As people write times; ISO 8601 needs none. Where both fit, the earlier is taken. */
const FORMATS = [...DAYS.flatMap((day) => TIMES.map((time) => day + time)), '%Y%m%dT%H%M%S', '%a, %d %b %Y %H:%M:%S'];

export type GuessedColumn = Pick<Column, 'name' | 'type' | 'format'> & {
  /** As DuckDB names it: what `spec init` goes by. */
  readonly duckType: string;
};

const WHOLE = "'[+-]?(0|[1-9][0-9]{0,18})'";
/** A number people would not compute with: 00501 is a code. */
const CODE = "'[+-]?0[0-9]+'";
const ISO = "'^[0-9]{4}-[0-9]{2}-[0-9]{2}'";

/**
 * The type of each column by all of its cells: text that is a whole number, a number, true or false, or a time in every
 * row is one. Codes with leading zeros stay text.
 * @param relation with the columns `s0`, `s1` …
 */
export async function guessColumns(
  query: Query,
  relation: string,
  names: readonly string[],
  types: readonly string[],
): Promise<GuessedColumn[]> {
  const guessed: GuessedColumn[] = names.map((name, index) => {
    const duckType = types[index] ?? 'VARCHAR';
    // categories are told apart once values are counted
    return { name, duckType, type: columnKind({ name, type: duckType, rows: 0, nulls: 0, distinct: 1 }) };
  });
  const texts = names.map((_, index) => index).filter((index) => types[index] === 'VARCHAR');
  for (let start = 0; start < texts.length; start += BATCH_COLUMNS) {
    const batch = texts.slice(start, start + BATCH_COLUMNS);
    const glance = `(SELECT * FROM ${relation} LIMIT ${GLANCE_ROWS})`;
    const [first = {}] = await query(`SELECT ${batch.map((index) => tests(index, ALL)).join(', ')} FROM ${glance}`);
    // what the first rows rule out is not tried on all
    const left = batch.map((index) => fitting(first[`k${index}`]));
    const [row = {}] = await query(
      `SELECT ${batch.map((index, i) => tests(index, left[i] as Test[])).join(', ')} FROM ${relation}`,
    );
    for (const [i, index] of batch.entries()) {
      const counts = (row[`k${index}`] as unknown[]).map(Number);
      if (counts[0] === 0) continue;
      const duckType = (left[i] as Test[]).find((_, at) => counts[at + 1] === counts[0])?.type;
      const name = names[index] as string;
      if (duckType)
        guessed[index] = { name, duckType, type: columnKind({ name, type: duckType, rows: 0, nulls: 0, distinct: 1 }) };
      else {
        const format = await timeFormat(query, relation, `s${index}`);
        if (format !== undefined) guessed[index] = { name, duckType: 'TIMESTAMP', type: 'timestamp', format };
      }
    }
  }
  return guessed;
}

interface Test {
  /** As DuckDB names it. */
  readonly type: string;
  readonly holds: (cell: string) => string;
}

/** The narrower first. */
const ALL: readonly Test[] = [
  {
    type: 'BIGINT',
    holds: (cell) => `regexp_full_match(${cell}, ${WHOLE}) AND TRY_CAST(${cell} AS BIGINT) IS NOT NULL`,
  },
  {
    type: 'DOUBLE',
    holds: (cell) => `TRY_CAST(${cell} AS DOUBLE) IS NOT NULL AND NOT regexp_full_match(${cell}, ${CODE})`,
  },
  { type: 'BOOLEAN', holds: (cell) => `lower(${cell}) IN ('true', 'false')` },
  {
    type: 'TIMESTAMP',
    holds: (cell) => `regexp_matches(${cell}, ${ISO}) AND TRY_CAST(${cell} AS TIMESTAMPTZ) IS NOT NULL`,
  },
];

const tests = (index: number, chosen: readonly Test[]): string =>
  `[${[`count(s${index})`, ...chosen.map(({ holds }) => `count_if(${holds(`s${index}`)})`)].join(', ')}] AS k${index}`;

function fitting(counted: unknown): Test[] {
  const [n, ...counts] = (counted as unknown[]).map(Number);
  return ALL.filter((_, i) => counts[i] === n);
}

async function timeFormat(query: Query, relation: string, cell: string): Promise<string | undefined> {
  const holding = async (formats: readonly string[], from: string): Promise<string[]> => {
    const counts = formats.map(
      (format, i) => `count(try_strptime(${cell}, ${quoteLiteral(format)})) = count(${cell}) AS f${i}`,
    );
    const [row = {}] = await query(`SELECT ${counts.join(', ')} FROM ${from}`);
    return formats.filter((_, i) => row[`f${i}`] === true);
  };
  const glance = `(SELECT ${cell} FROM ${relation} WHERE ${cell} IS NOT NULL LIMIT ${GLANCE_ROWS})`;
  const likely = await holding(FORMATS, glance);
  return likely.length === 0 ? undefined : (await holding(likely, relation))[0];
}

/** As a column that asks for nothing but its type. */
export const asColumn = ({ name, type, format }: GuessedColumn): Column => ({
  name,
  type,
  nullable: true,
  unique: false,
  nan: 'allow',
  infinity: 'allow',
  ...(format !== undefined && { format }),
});
