import type { Column, DataSpec } from './columns.ts';
import {
  always,
  type Change,
  type ChangeKind,
  compareFields,
  type FieldTable,
  type Judge,
  loosest,
  lowerBound,
  sameMembers,
  upperBound,
} from './compatibility-fields.ts';
import { featureNames, type ModelSpec } from './model-spec.ts';
import { showPath, showValue } from './problem.ts';

interface About {
  /** Requests carry the column, before and after. */
  readonly feature: boolean;
  /** The target or the id: models are compared by it. */
  readonly compared: boolean;
  readonly before: DataSpec;
  readonly after: DataSpec;
}

/** What every cell of a type can be read as, too. */
const WIDER: Record<Column['type'], readonly Column['type'][]> = {
  integer: ['number', 'string', 'category'],
  number: ['string', 'category'],
  boolean: ['string', 'category'],
  timestamp: ['string', 'category'],
  string: ['category'],
  category: ['string'],
};

const typeJudge: Judge<Column['type'], About> = (before, after, { feature, compared }) => {
  if (feature) return { kind: 'breaking', why: 'requests carry it in another type' };
  if (compared) return { kind: 'breaking', why: 'champion and challenger cannot be compared by it' };
  if (!WIDER[before].includes(after)) return 'narrowing';
  return WIDER[after].includes(before) ? 'neutral' : 'widening';
};

const nullableJudge: Judge<boolean, About> = (_before, after, { feature }) => {
  if (after) return 'widening';
  return feature ? { kind: 'breaking', why: 'requests must carry it, and rows without it were accepted' } : 'narrowing';
};

const valuesJudge: Judge<readonly string[] | undefined> = (before, after) => {
  if (after === undefined) return 'widening';
  if (before === undefined) return { kind: 'narrowing', why: 'other values were accepted' };
  if (sameMembers(before, after)) return 'neutral';
  const lost = before.filter((value) => !after.includes(value));
  return lost.length > 0 ? { kind: 'narrowing', why: `${lost.length} are not allowed any more` } : 'widening';
};

/** Without a share, rows with unseen values are set aside, up to `maxQuarantineShare`; with one they stay. */
const unseenJudge: Judge<number | undefined, About> = (before, after, about) => {
  if (after === undefined) return { kind: 'narrowing', why: 'rows with unseen values are set aside' };
  return after >= (before ?? about.before.maxQuarantineShare) ? 'widening' : 'narrowing';
};

const zoneJudge: Judge<string | undefined, About> = (before, after, { feature }) => {
  if ((before ?? 'UTC') === (after ?? 'UTC')) return 'neutral';
  return { kind: feature ? 'breaking' : 'narrowing', why: 'times that name no zone are read as others' };
};

const COLUMN: FieldTable<Column, About> = {
  name: 'elsewhere',
  type: typeJudge,
  nullable: nullableJudge,
  maxNullShare: upperBound,
  min: lowerBound,
  max: upperBound,
  minLength: lowerBound,
  maxLength: upperBound,
  values: valuesJudge,
  maxUnseenShare: unseenJudge,
  pattern: loosest(undefined as string | undefined),
  unique: loosest(false),
  nan: loosest('allow' as Column['nan']),
  infinity: loosest('allow' as Column['infinity']),
  format: always('narrowing', 'times are written in another form'),
  zone: zoneJudge,
  description: always('neutral'),
};

export function compareColumns(before: ModelSpec, after: ModelSpec): Change[] {
  const features = featureNames(after).filter((name) => featureNames(before).includes(name));
  const compared = [after.data.target, after.data.id];
  const old = new Map(before.data.columns.map((column) => [column.name, column]));
  const names = new Set(after.data.columns.map(({ name }) => name));
  const kept = after.data.columns.flatMap((column) => {
    const was = old.get(column.name);
    if (!was) return [added(column, before.data, after.data)];
    const feature = features.includes(column.name);
    const about = { feature, compared: compared.includes(column.name), before: before.data, after: after.data };
    return compareFields(COLUMN, was, column, ['data', 'columns', column.name], about);
  });
  const gone = before.data.columns.filter(({ name }) => !names.has(name));
  return [...kept, ...gone.map((column) => removed(column, after.data))];
}

const change = ({ name }: Column, kind: ChangeKind, message: string): Change => ({
  path: showPath(['data', 'columns', name]),
  kind,
  message,
});

/** Earlier files do not have it, or had it among the columns that were ignored. */
function added(column: Column, before: DataSpec, after: DataSpec): Change {
  const absent = column.nullable && after.missingColumns === 'null';
  if (!absent) return change(column, 'narrowing', 'is new: earlier data does not have it');
  if (before.extraColumns === 'reject') return change(column, 'widening', 'is new, and may be absent');
  return change(column, 'narrowing', 'is new: earlier data may have it with cells that were not looked at');
}

function removed(column: Column, after: DataSpec): Change {
  if (after.extraColumns === 'ignore') return change(column, 'widening', 'is gone, and ignored where it is there');
  return change(column, 'narrowing', `is gone: earlier data has it, and extraColumns is ${showValue('reject')}`);
}
