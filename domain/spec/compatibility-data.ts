import type { DataSpec } from './columns.ts';
import {
  always,
  type Change,
  compareFields,
  type FieldTable,
  loosest,
  lowerBound,
  same,
  sameMembers,
  upperBound,
} from './compatibility-fields.ts';
import type { ModelSpec } from './model-spec.ts';
import { showPath } from './problem.ts';

const roleOnly = (before: readonly string[], after: readonly string[]) =>
  sameMembers(before, after) ? undefined : ('neutral' as const);

/** What a role of a column means for features is said of the features. */
const DATA: FieldTable<DataSpec, DataSpec> = {
  format: always('narrowing', 'earlier files are in another format'),
  delimiter: loosest('auto' as DataSpec['delimiter']),
  quote: loosest('auto' as DataSpec['quote']),
  header: always('narrowing', 'the first line of earlier files means something else'),
  columns: 'elsewhere',
  target: always('breaking', 'models learn something else'),
  id: always('breaking', 'rows change between training and holdout, so the champion has seen what it is judged on'),
  timestamp: (_before, _after, { checks }) =>
    checks.some(({ type }) => type === 'freshness')
      ? { kind: 'narrowing', why: 'freshness is judged by another column' }
      : 'neutral',
  protected: roleOnly,
  ignored: roleOnly,
  extraColumns: loosest('ignore' as DataSpec['extraColumns']),
  missingColumns: loosest('null' as DataSpec['missingColumns']),
  columnOrder: loosest('any' as DataSpec['columnOrder']),
  keys: 'elsewhere',
  rules: 'elsewhere',
  checks: 'elsewhere',
  minRows: lowerBound,
  maxSizeMb: upperBound,
  maxQuarantineShare: upperBound,
};

export function compareData({ data: before }: ModelSpec, { data: after }: ModelSpec): Change[] {
  return [
    ...compareFields(DATA, before, after, ['data'], after),
    ...compareKeys(before.keys, after.keys),
    ...compareOrder(before, after),
  ];
}

type Keys = DataSpec['keys'];

/** What is single in some columns is single in more of them. */
const implied = (key: Keys[number], keys: Keys): boolean =>
  keys.some((other) => other.every((name) => key.includes(name)));

function compareKeys(before: Keys, after: Keys): Change[] {
  const path = (key: Keys[number]): string => showPath(['data', 'keys', key.join('+')]);
  const known = (key: Keys[number], keys: Keys): boolean => keys.some((other) => sameMembers(key, other));
  return [
    ...after
      .filter((key) => !known(key, before))
      .map((key): Change => {
        const kind = implied(key, before) ? 'neutral' : 'narrowing';
        return { path: path(key), kind, message: 'must now occur once' };
      }),
    ...before
      .filter((key) => !known(key, after))
      .map((key): Change => {
        const kind = implied(key, after) ? 'neutral' : 'widening';
        return { path: path(key), kind, message: 'may now occur more than once' };
      }),
  ];
}

/** The order matters where cells have no names, or must stand as in the spec. */
function compareOrder(before: DataSpec, after: DataSpec): Change[] {
  const names = ({ columns }: DataSpec, other: DataSpec): string[] =>
    columns.map(({ name }) => name).filter((name) => other.columns.some((column) => column.name === name));
  if (same(names(before, after), names(after, before))) return [];
  const nameless = !before.header || !after.header;
  if (nameless) {
    const message = 'stand in another order, by which cells without names are told';
    return [{ path: 'data.columns', kind: 'narrowing', message }];
  }
  const kind = after.columnOrder === 'exact' || before.columnOrder === 'exact' ? 'narrowing' : 'neutral';
  return [{ path: 'data.columns', kind, message: 'stand in another order' }];
}
