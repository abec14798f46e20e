import type { Severity } from '../spec/contract.ts';
import type { ModelSpec } from '../spec/model-spec.ts';
import { badNumber, columnRules } from './column-rules.ts';
import { parseExpression } from './expression/parser.ts';
import { expressionSql } from './expression/sql.ts';
import { type TypedColumn, typedColumnsOf } from './typed-columns.ts';

/** A rule over rows as SQL over `s0`, `t0` … of a typed relation. */
export interface ContractRule {
  readonly id: string;
  readonly code: string;
  readonly column?: string;
  readonly message: string;
  readonly severity: Severity;
  readonly when?: string;
  readonly mostly?: number;
  readonly maxRows?: number;
  /** True for a row that breaks it, false for any other; never NULL. */
  readonly bad: string;
  /** True for a row it is about; absent: all are. */
  readonly about?: string;
  /** Text of the cell that broke it; absent where none may be shown. */
  readonly shown?: string;
}

/** Columns whose values, taken together, occur once. */
export interface UniqueKey {
  /** Indexes into the spec's columns. */
  readonly columns: readonly number[];
  /** Column of the relation that is true for the second and later rows of a key. */
  readonly later: string;
}

export interface Contract {
  readonly columns: readonly TypedColumn[];
  readonly rules: readonly ContractRule[];
  readonly keys: readonly UniqueKey[];
  /** True for a row that is set aside: breaks a rule for errors; never NULL. The same as one of `conditions`. */
  readonly bad: string;
  /** One for the rules of a column of numbers, one for each other rule for errors. */
  readonly conditions: readonly string[];
  /** Indexes of columns whose typed values are finite or NULL in every row that is not set aside. */
  readonly finite: ReadonlySet<number>;
  /** Only rows of which this holds are looked at; absent: all. */
  readonly only?: string;
}

/**
 * What a person's word lets pass: `quarantined` the rows that were set aside, and only them; `rejected` all rows.
 * What no type can hold, and what training cannot use, is set aside even so.
 */
export type Release = 'quarantined' | 'rejected';

/** @param nativeTypes DuckDB's type of each column of the source; VARCHAR for text files */
export function compileContract(spec: ModelSpec, nativeTypes: readonly string[], release?: Release): Contract {
  const columns = typedColumnsOf(spec.data.columns, nativeTypes);
  const keys = uniqueKeys(spec);
  const rules = [...cellRules(spec, columns), ...keyRules(spec, keys), ...expressionRules(spec)].map(tuned(spec));
  if (release === undefined) return { columns, keys, ...judged(spec, rules) };
  const only = release === 'quarantined' ? badRow(rules) : undefined;
  const waived = rules.map((rule): ContractRule => (mayPass(spec, rule) ? { ...rule, severity: 'warn' } : rule));
  return { columns, keys, ...judged(spec, waived), ...(only !== undefined && { only }) };
}

/** True for a row that breaks one of the rules for errors. */
export const badRow = (rules: readonly ContractRule[]): string =>
  anyOf(rules.filter(({ severity }) => severity === 'error').map(({ bad }) => bad));

export const anyOf = (conditions: readonly string[]): string =>
  conditions.length === 0 ? 'false' : `(${conditions.join(' OR ')})`;

/** Rules of numbers that one comparison can tell, if all of them are for errors and for every row. */
const NUMBER_CODES = ['null-not-allowed', 'wrong-type', 'nan-not-allowed', 'infinity-not-allowed', 'out-of-range'];

function judged(
  { data }: ModelSpec,
  rules: readonly ContractRule[],
): Pick<Contract, 'rules' | 'bad' | 'conditions' | 'finite'> {
  const quick: string[] = [];
  const told = new Set<ContractRule>();
  const finite = new Set<number>();
  for (const [index, column] of data.columns.entries()) {
    const own = rules.filter((rule) => rule.column === column.name && NUMBER_CODES.includes(rule.code));
    const bad = badNumber(column, index);
    if (bad === undefined || own.some(({ severity, when }) => severity !== 'error' || when !== undefined)) continue;
    quick.push(bad);
    finite.add(index);
    for (const rule of own) told.add(rule);
  }
  const others = rules.filter((rule) => rule.severity === 'error' && !told.has(rule)).map(({ bad }) => bad);
  const conditions = [...quick, ...others];
  return { rules, conditions, bad: anyOf(conditions), finite };
}

function cellRules(spec: ModelSpec, columns: readonly TypedColumn[]): ContractRule[] {
  const hidden = new Set([...spec.data.protected, ...(spec.data.id === undefined ? [] : [spec.data.id])]);
  return spec.data.columns.flatMap((column, index) =>
    columnRules(spec, column, index).map(({ code, message, bad }): ContractRule => {
      return {
        id: `${code}:${column.name}`,
        code,
        column: column.name,
        message,
        severity: 'error',
        bad: `(${bad}) IS TRUE`,
        ...(!hidden.has(column.name) && { shown: (columns[index] as TypedColumn).raw }),
      };
    }),
  );
}

/** `unique: true` first, then `keys`, each in the order of the spec. */
export function uniqueKeys({ data }: ModelSpec): UniqueKey[] {
  const indexOf = (name: string) => data.columns.findIndex((column) => column.name === name);
  const single = data.columns.flatMap(({ unique }, index) => (unique ? [[index]] : []));
  const keys = [...single, ...data.keys.map((names) => names.map(indexOf))];
  return keys.map((columns, index) => ({ columns, later: `__later${index}` }));
}

function keyRules({ data }: ModelSpec, keys: readonly UniqueKey[]): ContractRule[] {
  return keys.map(({ columns, later }, index): ContractRule => {
    const names = columns.map((column) => data.columns[column]?.name as string);
    const single = data.columns.filter(({ unique }) => unique).length > index;
    const [code, message] = single
      ? ['not-unique', `${names[0]} must occur once: an earlier row has it, too`]
      : ['duplicate-key', `${names.join(', ')} must occur once together: an earlier row has them, too`];
    const column = names.length === 1 ? { column: names[0] as string } : {};
    return { id: `${code}:${names.join('+')}`, code, ...column, message, severity: 'error', bad: `${later} IS TRUE` };
  });
}

function expressionRules(spec: ModelSpec): ContractRule[] {
  return spec.data.rules.flatMap(({ id, expression, description }): ContractRule[] => {
    if (expression === undefined) return [];
    const bad = `(${toSql(spec, expression)}) IS FALSE`;
    return [{ id, code: 'rule-broken', message: description ?? expression, severity: 'error', bad }];
  });
}

/** Applies what `data.rules` says of a rule: severity, tolerance and the rows it is about. */
function tuned(spec: ModelSpec): (rule: ContractRule) => ContractRule {
  const changes = new Map(spec.data.rules.map((rule) => [rule.id, rule]));
  return (rule) => {
    const change = changes.get(rule.id);
    if (!change) return rule;
    const { when, severity, mostly, maxRows, description } = change;
    const about = when === undefined ? undefined : `(${toSql(spec, when)}) IS TRUE`;
    return {
      ...rule,
      severity,
      ...(description !== undefined && { message: description }),
      ...(mostly !== undefined && { mostly }),
      ...(maxRows !== undefined && { maxRows }),
      ...(when !== undefined && about !== undefined && { when, about, bad: `(${about} AND ${rule.bad})` }),
    };
  };
}

function toSql({ data }: ModelSpec, expression: string): string {
  const indexes = new Map(data.columns.map(({ name }, index) => [name, index]));
  const typeOf = (name: string) => data.columns[indexes.get(name) ?? -1]?.type;
  return expressionSql(parseExpression(expression), (name) => `t${indexes.get(name)}`, typeOf);
}

const NEVER_PASS = ['wrong-type', 'unknown-class', 'infinity-not-allowed'];

function mayPass({ data }: ModelSpec, { code, column }: ContractRule): boolean {
  if (NEVER_PASS.includes(code)) return false;
  return code !== 'null-not-allowed' || ![data.target, data.id, data.timestamp].includes(column);
}
