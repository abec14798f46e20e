import type { Column } from '../../spec/columns.ts';
import type { ModelSpec } from '../../spec/model-spec.ts';
import type { ColumnFacts, DataFacts } from './facts.ts';
import { number } from './shares.ts';
import type { SuggestedFields } from './suggest-column.ts';
import type { SuggestedCheck, SuggestedContract } from './suggest-contract.ts';

/** What would be added to the author's spec; what the author has written stays. */
export interface Additions {
  readonly columns: readonly {
    readonly name: string;
    readonly fields: SuggestedFields;
    readonly comments: readonly string[];
  }[];
  readonly keys: SuggestedContract['keys'];
  readonly checks: readonly SuggestedCheck[];
}

/**
 * @param written fields the author has given, by column
 * @returns per column of the spec what it may be given, and how what was written fits what was seen
 */
export function additions(
  spec: ModelSpec,
  written: ReadonlyMap<string, ReadonlySet<string>>,
  facts: DataFacts,
  suggested: SuggestedContract,
): Additions {
  const seen = new Map(facts.columns.map((column) => [column.name, column]));
  const known = new Map(suggested.columns.map((column) => [column.name, column]));
  return {
    columns: spec.data.columns.flatMap((column) => {
      const [one, figures] = [known.get(column.name), seen.get(column.name)];
      if (!one || !figures) return [];
      const fields = missingFields(column, written.get(column.name) ?? new Set(), one.fields, figures);
      const hidden = spec.data.protected.includes(column.name);
      return [{ name: column.name, fields, comments: [...one.why, ...(hidden ? [] : conflicts(column, figures))] }];
    }),
    keys: suggested.keys.filter(
      ({ columns }) =>
        !spec.data.keys.some((key) => key.length === columns.length && columns.every((name) => key.includes(name))),
    ),
    checks: suggested.checks.filter(
      ({ check }) =>
        !spec.data.checks.some(({ type }) => type === check.type) &&
        !(check.type === 'row-count' && spec.data.minRows > 1),
    ),
  };
}

type Field = keyof SuggestedFields;

function missingFields(
  column: Column,
  written: ReadonlySet<string>,
  suggested: SuggestedFields,
  { nulls }: ColumnFacts,
): SuggestedFields {
  const fields: { [K in Field]?: SuggestedFields[K] } = {};
  const take = (...names: readonly Field[]): void => {
    for (const name of names)
      if (!written.has(name) && suggested[name] !== undefined) Object.assign(fields, { [name]: suggested[name] });
  };
  const { min, max } = { ...column, ...suggested };
  if (column.min === undefined || column.max === undefined) {
    const ordered = (column.min ?? min ?? 0) <= (column.max ?? max ?? Number.POSITIVE_INFINITY);
    if (ordered) take('min', 'max');
  }
  // what the author asks for by saying nothing is not loosened by files that keep it
  if (column.nullable) take('maxNullShare');
  else if (nulls > 0 && !written.has('nullable')) take('nullable', 'maxNullShare');
  if (!written.has('values') && !written.has('maxUnseenShare')) take('values', 'maxUnseenShare');
  if (!written.has('values')) take('maxLength');
  take('pattern', 'unique', 'nan', 'infinity', 'format', 'zone');
  return fields;
}

/** Where rows that were seen would be set aside by what the author has written. */
function conflicts(column: Column, { nulls, numbers }: ColumnFacts): string[] {
  const found: string[] = [];
  if (!column.nullable && nulls > 0) found.push(`as it is, ${number(nulls)} rows without it are set aside`);
  if (column.min !== undefined && numbers && numbers.min < column.min)
    found.push(`min is ${number(column.min)}, but ${number(numbers.min)} was seen: rows below are set aside`);
  if (column.max !== undefined && numbers && numbers.max > column.max)
    found.push(`max is ${number(column.max)}, but ${number(numbers.max)} was seen: rows above are set aside`);
  return found;
}
