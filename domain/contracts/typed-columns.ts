import type { Column } from '../spec/columns.ts';
import { quoteIdentifier, quoteLiteral } from '../sql.ts';

/** A column of the spec as SQL over a source with the columns `s0`, `s1` … in the spec's order. */
export interface TypedColumn {
  readonly name: string;
  /** `s3` as text; NULL where the cell is empty. */
  readonly raw: string;
  /** `s3` as BIGINT, DOUBLE, BOOLEAN, VARCHAR or TIMESTAMP in UTC; NULL where it is none. */
  readonly typed: string;
}

/** @param nativeTypes DuckDB's type of each column of the source; VARCHAR for text files */
export function typedColumnsOf(columns: readonly Column[], nativeTypes: readonly string[]): TypedColumn[] {
  return columns.map((column, index) => {
    const native = nativeTypes[index] ?? 'VARCHAR';
    const source = `s${index}`;
    const raw = native === 'VARCHAR' ? source : `CAST(${source} AS VARCHAR)`;
    return { name: column.name, raw, typed: typedSql(column, source, raw, native) };
  });
}

/** SQL of a relation with the source's columns and the typed ones as `t0`, `t1` … */
export function typedRelation(columns: readonly TypedColumn[], source: string): string {
  return `(SELECT *, ${columns.map(({ typed }, index) => `${typed} AS t${index}`).join(', ')} FROM ${source})`;
}

/** The typed columns under their own names. */
export function namedColumns(columns: readonly TypedColumn[]): string {
  return columns.map(({ name }, index) => `t${index} AS ${quoteIdentifier(name)}`).join(', ');
}

const WHOLE_NUMBERS = /^U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?$/;
const NUMBERS = /^(FLOAT|DOUBLE|DECIMAL)/;
const TIMES = /^(DATE|TIMESTAMP)/;
/** Instants are written with four digits of the year. */
const FIRST_TIME = "TIMESTAMP '0001-01-01'";
const LAST_TIME = "TIMESTAMP '9999-12-31 23:59:59.999999'";
/** A time that says its offset itself. */
const WITH_OFFSET = '(?i)(z|:\\d{2}(\\.\\d+)?\\s*[+-]\\d{2}(:?\\d{2})?)$';

/** Forms of times in UTC with no room for an offset, by length and colons: read seven times as fast as others. */
const PLAIN_TIMES = [
  '____-__-__ __:__:__',
  '____-__-__T__:__:__Z',
  '____-__-__T__:__:__.___Z',
  '____-__-__T__:__:__',
  '____-__-__',
];

function typedSql(column: Column, source: string, raw: string, native: string): string {
  switch (column.type) {
    case 'integer': {
      if (WHOLE_NUMBERS.test(native)) return `TRY_CAST(${source} AS BIGINT)`;
      // a cast rounds: 1.5 is no integer, 1.0 is one
      const number = NUMBERS.test(native) ? source : raw;
      const whole = `TRY_CAST(${number} AS BIGINT)`;
      return `CASE WHEN TRY_CAST(${number} AS DOUBLE) = ${whole} THEN ${whole} END`;
    }
    case 'number':
      return `TRY_CAST(${WHOLE_NUMBERS.test(native) || NUMBERS.test(native) ? source : raw} AS DOUBLE)`;
    case 'boolean':
      return native === 'BOOLEAN' ? source : `TRY_CAST(${raw} AS BOOLEAN)`;
    case 'timestamp':
      return timeSql(column, source, raw, native);
    default:
      return raw;
  }
}

function timeSql({ format, zone }: Column, source: string, raw: string, native: string): string {
  if (native.startsWith('TIMESTAMP WITH TIME ZONE')) return withinYears(`TRY_CAST(${source} AS TIMESTAMP)`);
  // a DATE may be years beyond what a TIMESTAMP holds
  if (TIMES.test(native)) return inUtc(`TRY_CAST(${source} AS TIMESTAMP)`, zone);
  if (format !== undefined) {
    const parsed = `try_strptime(${raw}, ${quoteLiteral(format)})`;
    // %z makes it an instant, which needs no zone
    return /(^|[^%])(%%)*%z/.test(format) ? withinYears(`CAST(${parsed} AS TIMESTAMP)`) : inUtc(parsed, zone);
  }
  const instant = withinYears(`CAST(TRY_CAST(${raw} AS TIMESTAMPTZ) AS TIMESTAMP)`);
  if (zone === undefined) {
    const plain = PLAIN_TIMES.map((form) => `${raw} LIKE ${quoteLiteral(form)}`).join(' OR ');
    return withinYears(`CASE WHEN ${plain} THEN TRY_CAST(${raw} AS TIMESTAMP) ELSE ${instant} END`);
  }
  const local = inUtc(`TRY_CAST(${raw} AS TIMESTAMP)`, zone);
  return `CASE WHEN regexp_matches(${raw}, ${quoteLiteral(WITH_OFFSET)}) THEN ${instant} ELSE ${local} END`;
}

const withinYears = (time: string): string =>
  `CASE WHEN ${time} BETWEEN ${FIRST_TIME} AND ${LAST_TIME} THEN ${time} END`;

function inUtc(time: string, zone: string | undefined): string {
  const bounded = withinYears(time);
  return zone === undefined ? bounded : withinYears(`CAST(timezone(${quoteLiteral(zone)}, ${bounded}) AS TIMESTAMP)`);
}
