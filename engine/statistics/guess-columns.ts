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
    const [row = {}] = await query(`SELECT ${batch.map(tests).join(', ')} FROM ${relation}`);
    for (const index of batch) {
      const [n = 0, whole = 0, number = 0, truth = 0, iso = 0] = (row[`k${index}`] as unknown[]).map(Number);
      if (n === 0) continue;
      const duckType =
        whole === n
          ? 'BIGINT'
          : number === n
            ? 'DOUBLE'
            : truth === n
              ? 'BOOLEAN'
              : iso === n
                ? 'TIMESTAMP'
                : undefined;
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

function tests(index: number): string {
  const cell = `s${index}`;
  const figures = [
    `count(${cell})`,
    `count_if(regexp_full_match(${cell}, ${WHOLE}) AND TRY_CAST(${cell} AS BIGINT) IS NOT NULL)`,
    `count_if(TRY_CAST(${cell} AS DOUBLE) IS NOT NULL AND NOT regexp_full_match(${cell}, ${CODE}))`,
    `count_if(lower(${cell}) IN ('true', 'false'))`,
    `count_if(regexp_matches(${cell}, '^[0-9]{4}-[0-9]{2}-[0-9]{2}') AND TRY_CAST(${cell} AS TIMESTAMPTZ) IS NOT NULL)`,
  ];
  return `[${figures.join(', ')}] AS k${index}`;
}

async function timeFormat(query: Query, relation: string, cell: string): Promise<string | undefined> {
  const fitting = async (formats: readonly string[], from: string): Promise<string[]> => {
    const counts = formats.map(
      (format, i) => `count(try_strptime(${cell}, ${quoteLiteral(format)})) = count(${cell}) AS f${i}`,
    );
    const [row = {}] = await query(`SELECT ${counts.join(', ')} FROM ${from}`);
    return formats.filter((_, i) => row[`f${i}`] === true);
  };
  const glance = `(SELECT ${cell} FROM ${relation} WHERE ${cell} IS NOT NULL LIMIT ${GLANCE_ROWS})`;
  const likely = await fitting(FORMATS, glance);
  return likely.length === 0 ? undefined : (await fitting(likely, relation))[0];
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
