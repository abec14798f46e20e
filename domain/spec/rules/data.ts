import type { SpecDraft } from '../draft.ts';
import { suggestion } from '../issues.ts';
import type { Path, Report } from '../problem.ts';

export type ColumnDraft = NonNullable<NonNullable<NonNullable<SpecDraft['data']>['columns']>[number]>;

/** Names Millrace adds to data and to files begin like this (`__label`, `__line`); `__proto__` does, too. */
const RESERVED_PREFIX = '__';
/** What DuckDB's strptime knows. */
const TIME_FORMAT = /^(?:[^%]|%(?:[aAbBcdfgGhHIjmMnpSuUVwWxXyYzZ%]|-[dHIjmMSy]))*$/;
const ID_TYPES: readonly unknown[] = ['integer', 'string', 'category'];

/** Columns by name; undefined if some column has no usable name, so that nothing can be called unknown. */
export function columnsByName({ data }: SpecDraft): ReadonlyMap<string, ColumnDraft> | undefined {
  const columns = data?.columns;
  if (!columns || columns.some((column) => typeof column?.name !== 'string')) return undefined;
  return new Map(columns.map((column) => [column?.name as string, column as ColumnDraft]));
}

/** Reports a name that is no column. @returns the column, if there is one */
export function requireColumn(draft: SpecDraft, path: Path, name: string, report: Report): ColumnDraft | undefined {
  const columns = columnsByName(draft);
  const column = columns?.get(name);
  if (columns && !column) {
    const names = [...columns.keys()];
    report(path, `names no column${suggestion(name, names)}`, name, `one of data.columns: ${names.join(', ')}`);
  }
  return column;
}

export function dataRules(draft: SpecDraft, report: Report): void {
  const { data } = draft;
  if (!data) return;
  columnRules(data.columns ?? [], report);
  roleRules(draft, report);
  const { delimiter } = data;
  if (delimiter !== undefined && delimiter !== 'auto' && !/^[\t !#$%&*+,/:;<=>?@\\^_`|~-]$/.test(delimiter))
    report(['data', 'delimiter'], 'cannot separate cells', delimiter, 'a tab or a printable ASCII sign but quotes');
}

function columnRules(columns: readonly (ColumnDraft | undefined)[], report: Report): void {
  const taken = new Map<string, number>();
  for (const [index, column] of columns.entries()) {
    if (!column) continue;
    const path = ['data', 'columns', index];
    if (typeof column.name === 'string') {
      if (column.name.startsWith(RESERVED_PREFIX))
        report([...path, 'name'], 'is reserved', column.name, `a name that does not begin with ${RESERVED_PREFIX}`);
      // DuckDB does not tell names apart by case
      const folded = column.name.toLowerCase();
      const first = taken.get(folded);
      if (first !== undefined)
        report(
          [...path, 'name'],
          `is the name of data.columns[${first}], too`,
          column.name,
          'each name once, in any case',
        );
      else taken.set(folded, index);
    }
    if (column.type !== undefined) constraintRules(column, path, report);
  }
}

function constraintRules(column: ColumnDraft, path: Path, report: Report): void {
  const { type, min, max, values, format } = column;
  const numeric = type === 'integer' || type === 'number';
  for (const [bound, value] of Object.entries({ min, max }))
    if (value !== undefined && !numeric)
      report([...path, bound], `does not go with ${type}`, value, 'integer or number');
  if (numeric && min !== undefined && max !== undefined && min > max)
    report([...path, 'min'], 'is above max', min, `at most ${max}`);
  if (values && type !== 'string' && type !== 'category')
    report([...path, 'values'], `does not go with ${type}`, values, 'string or category');
  if (values && new Set(values).size < values.length)
    report([...path, 'values'], 'names a value twice', firstRepeated(values), 'each value once');
  // an empty cell is a missing value
  if (values?.includes('')) report([...path, 'values'], 'has an empty value', '', 'nullable: true for missing values');
  if (format === undefined) return;
  if (type !== 'timestamp') report([...path, 'format'], `does not go with ${type}`, format, 'timestamp');
  else if (!TIME_FORMAT.test(format))
    report([...path, 'format'], 'is no strptime format', format, 'specifiers such as %Y-%m-%d %H:%M:%S');
}

export const firstRepeated = <T>(items: readonly T[]): T | undefined =>
  items.find((item, index) => items.indexOf(item) < index);

function roleRules(draft: SpecDraft, report: Report): void {
  const { data, training } = draft;
  const roles = new Map<string, string>();
  const take = (role: string, path: Path, name: string | undefined): ColumnDraft | undefined => {
    if (typeof name !== 'string') return undefined;
    const other = roles.get(name);
    if (other === role) report(path, 'names a column twice', name, 'each column once');
    else if (other !== undefined) report(path, `is ${other}, too`, name, 'one role per column');
    else roles.set(name, role);
    return requireColumn(draft, path, name, report);
  };
  take('data.target', ['data', 'target'], data?.target);
  const id = take('data.id', ['data', 'id'], data?.id);
  const timestamp = take('data.timestamp', ['data', 'timestamp'], data?.timestamp);
  for (const role of ['protected', 'ignored'] as const)
    for (const [index, name] of (data?.[role] ?? []).entries())
      take(`data.${role}`, ['data', role, index], name as string | undefined);
  for (const [index, name] of (training?.features ?? []).entries())
    take('training.features', ['training', 'features', index], name as string | undefined);

  if (id?.type !== undefined && !ID_TYPES.includes(id.type))
    report(['data', 'id'], `cannot be a ${id.type} column`, id.name, ID_TYPES.join(', '));
  if (timestamp?.type !== undefined && timestamp.type !== 'timestamp')
    report(['data', 'timestamp'], 'names a column of another type', timestamp.name, 'a timestamp column');
  for (const [role, column] of Object.entries({ id, timestamp }))
    if (column?.nullable) report(['data', role], 'names a nullable column', column.name, 'a column without nullable');
  const columns = columnsByName(draft);
  if (columns && !training?.features && [...columns.keys()].every((name) => roles.has(name)))
    report(['data', 'columns'], 'leave no feature: each has another role', [...columns.keys()], 'at least one feature');
}
