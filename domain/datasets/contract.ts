import type { Column } from '../spec/columns.ts';
import type { ModelSpec } from '../spec/model-spec.ts';
import { doubleLiteral, quoteIdentifier, quoteLiteral } from '../sql.ts';

/** A rule every row must keep; `bad` is a SQL condition that is true or false, never NULL. */
export interface Rule {
  /** `out-of-range:age`: written into quarantined rows. */
  readonly id: string;
  readonly code: RuleCode;
  readonly column: string;
  readonly message: string;
  readonly bad: string;
  /** Text of the cell. */
  readonly raw: string;
  /** Cells of protected columns and of the id are never shown. */
  readonly hidden: boolean;
}
export type RuleCode =
  | 'null-not-allowed'
  | 'wrong-type'
  | 'not-finite'
  | 'out-of-range'
  | 'value-not-allowed'
  | 'unknown-class';

/** The spec's columns as SQL over a source with the columns `s0`, `s1` … in the spec's order. */
export interface Contract {
  readonly columns: readonly ContractColumn[];
  readonly rules: readonly Rule[];
}
export interface ContractColumn {
  readonly name: string;
  /** `s3` as text; NULL where the cell is empty. */
  readonly raw: string;
  /** `s3` as BIGINT, DOUBLE, BOOLEAN, VARCHAR or TIMESTAMP in UTC; NULL where it is none. */
  readonly typed: string;
}

/** @param nativeTypes DuckDB's type of each column of the source; VARCHAR for CSV */
export function compileContract(spec: ModelSpec, nativeTypes: readonly string[]): Contract {
  const hidden = new Set([...spec.data.protected, ...(spec.data.id === undefined ? [] : [spec.data.id])]);
  const columns = spec.data.columns.map((column, index): ContractColumn => {
    const native = nativeTypes[index] ?? 'VARCHAR';
    const source = `s${index}`;
    const raw = native === 'VARCHAR' ? source : `CAST(${source} AS VARCHAR)`;
    return { name: column.name, raw, typed: typedSql(column, source, raw, native) };
  });
  const rules = spec.data.columns.flatMap((column, index) =>
    columnRules(spec, column, `s${index}`, `t${index}`).map(([code, message, bad]): Rule => {
      const { raw } = columns[index] as ContractColumn;
      const id = `${code}:${column.name}`;
      return { id, code, column: column.name, message, bad: `(${bad}) IS TRUE`, raw, hidden: hidden.has(column.name) };
    }),
  );
  return { columns, rules };
}

/** SQL of a relation with the source's columns and the typed ones as `t0`, `t1` … */
export function typedRelation(contract: Contract, source: string): string {
  const typed = contract.columns.map((column, index) => `${column.typed} AS t${index}`);
  return `(SELECT *, ${typed.join(', ')} FROM ${source})`;
}

/** True for a row that breaks a rule. */
export function badRow(contract: Contract): string {
  return contract.rules.length === 0 ? 'false' : `(${contract.rules.map((rule) => rule.bad).join(' OR ')})`;
}

/** The typed columns under their own names. */
export function typedColumns(contract: Contract): string {
  return contract.columns.map(({ name }, index) => `t${index} AS ${quoteIdentifier(name)}`).join(', ');
}

const WHOLE_NUMBERS = /^U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?$/;
const NUMBERS = /^(FLOAT|DOUBLE|DECIMAL)/;
const TIMES = /^(DATE|TIMESTAMP)/;
/** Instants are written with four digits of the year. */
const FIRST_TIME = "TIMESTAMP '0001-01-01'";
const LAST_TIME = "TIMESTAMP '9999-12-31 23:59:59.999999'";

function typedSql({ type, format }: Column, source: string, raw: string, native: string): string {
  switch (type) {
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
    case 'timestamp': {
      const parsed =
        format === undefined ? `TRY_CAST(${raw} AS TIMESTAMPTZ)` : `try_strptime(${raw}, ${quoteLiteral(format)})`;
      const time = `CAST(${TIMES.test(native) ? source : parsed} AS TIMESTAMP)`;
      return `CASE WHEN ${time} BETWEEN ${FIRST_TIME} AND ${LAST_TIME} THEN ${time} END`;
    }
    default:
      return raw;
  }
}

type RuleParts = [code: RuleCode, message: string, bad: string];

function columnRules(spec: ModelSpec, column: Column, source: string, typed: string): RuleParts[] {
  const { name, type, nullable, min, max, values } = column;
  const rules: RuleParts[] = [];
  if (!nullable) rules.push(['null-not-allowed', `${name} must not be empty`, `${source} IS NULL`]);
  if (type !== 'string' && type !== 'category')
    rules.push([
      'wrong-type',
      `${name} must be ${TYPE_TEXTS[type]}${format(column)}`,
      `${source} IS NOT NULL AND ${typed} IS NULL`,
    ]);
  if (type === 'number') rules.push(['not-finite', `${name} must be a finite number`, `NOT isfinite(${typed})`]);
  const finite = type === 'number' ? `isfinite(${typed}) AND ` : '';
  const bounds = [
    ...(min === undefined ? [] : [`${typed} < ${doubleLiteral(min)}`]),
    ...(max === undefined ? [] : [`${typed} > ${doubleLiteral(max)}`]),
  ];
  if (bounds.length > 0)
    rules.push(['out-of-range', `${name} must be ${boundText(min, max)}`, `${finite}(${bounds.join(' OR ')})`]);
  if (values) rules.push(['value-not-allowed', `${name} must be one of ${listText(values)}`, notIn(typed, values)]);
  if (name === spec.data.target) rules.push(...classRule(spec, column, typed));
  return rules;
}

const TYPE_TEXTS = { integer: 'a whole number', number: 'a number', boolean: 'true or false', timestamp: 'a time' };
const format = ({ type, format: form }: Column): string =>
  type === 'timestamp' ? (form === undefined ? ' in ISO 8601' : ` in the format ${form}`) : '';

function classRule(spec: ModelSpec, { name, type }: Column, typed: string): RuleParts[] {
  const { task, classes } = spec;
  if (task === 'regression') return [];
  const labels = classes ?? (task === 'binary' && type === 'integer' ? ['0', '1'] : undefined);
  if (!labels) return [];
  const text = type === 'string' || type === 'category' ? typed : `CAST(${typed} AS VARCHAR)`;
  return [['unknown-class', `${name} must be one of ${listText(labels)}`, notIn(text, labels)]];
}

const notIn = (value: string, allowed: readonly string[]): string =>
  `${value} IS NOT NULL AND ${value} NOT IN (${allowed.map(quoteLiteral).join(', ')})`;

function listText(values: readonly string[]): string {
  const shown = values.slice(0, 10).join(', ');
  return values.length > 10 ? `${shown} … (${values.length} values)` : shown;
}

function boundText(min: number | undefined, max: number | undefined): string {
  if (min === undefined) return `at most ${max}`;
  return max === undefined ? `at least ${min}` : `from ${min} to ${max}`;
}
