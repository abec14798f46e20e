import type { Column } from '../../spec/columns.ts';
import type { ColumnFacts } from './facts.ts';
import { patternName } from './patterns.ts';
import { suggestRange } from './range.ts';
import { nextShare, nextUnseenShare, number, percent, roundUp, wilson } from './shares.ts';

/** Fields of a column that a contract may be given, and why. */
export type SuggestedFields = Pick<
  Partial<Column>,
  | 'nullable'
  | 'maxNullShare'
  | 'min'
  | 'max'
  | 'maxLength'
  | 'values'
  | 'maxUnseenShare'
  | 'pattern'
  | 'unique'
  | 'nan'
  | 'infinity'
  | 'format'
  | 'zone'
>;

export interface SuggestedColumn {
  readonly name: string;
  readonly type: Column['type'];
  readonly fields: SuggestedFields;
  /** What was seen and why the fields are as they are; also why some are not suggested. */
  readonly why: readonly string[];
}

/** What a column is for: roles ask for more, or need less. */
export interface ColumnRole {
  /** The id, the timestamp or the target: a missing cell cannot be allowed. */
  readonly required?: boolean;
  /** Labels of a classification: the classes say what is allowed. */
  readonly label?: boolean;
  /** Protected: its values are not written into a spec. */
  readonly hidden?: boolean;
}

/** Without nulls among the rows, so small a share of them is still possible (95 %): at most that many rows are set aside. */
const MAX_HIDDEN_NULL_SHARE = 0.01;
/** Least share that is allowed of missing cells, unseen values and what is not finite: fewer of them are no reason to refuse a file. */
const MIN_ALLOWED_SHARE = 0.01;
/** Share of rows with a value seen once, up to which values are listed (deequ's categorical range rule). */
const MAX_LISTED_SINGLETONS = 0.1;
/** Above it values rather name rows than group them. */
const MAX_CATEGORY_SINGLETONS = 0.4;
/** More values than a profile counts one by one are not listed. */
const MAX_LISTED_VALUES = 200;
/** Fewer rows show nothing about uniqueness, categories or forms. */
export const MIN_ROWS = 30;
const ID_NAME = /^(?:id|uuid|guid|key|.*_(?:id|uuid|key)|.*Id)$/;

/** Suggests what to ask of one column; see the rules for what each bound rests on. @param nextRows of the next file */
export function suggestColumn(facts: ColumnFacts, role: ColumnRole = {}, nextRows = facts.rows): SuggestedColumn {
  const why: string[] = [];
  const parts = [nulls(facts, role, nextRows), misfits(facts), ...details(facts, role, nextRows)];
  let { type } = facts;
  const fields: SuggestedFields = {};
  for (const part of parts) {
    Object.assign(fields, part.fields);
    if (part.type) type = part.type;
    why.push(...(part.why ?? []));
  }
  return { name: facts.name, type, fields, why };
}

interface Part {
  readonly fields?: SuggestedFields;
  readonly type?: Column['type'];
  readonly why?: readonly string[];
}

function details(facts: ColumnFacts, role: ColumnRole, nextRows: number): Part[] {
  if (facts.nulls === facts.rows) return [{ why: ['empty: nothing to tell'] }];
  if (role.label) return [{ why: ['the label: its classes say what is allowed'] }];
  if (role.hidden) return [{ why: ['protected: its values are not written down here'] }];
  switch (facts.type) {
    case 'integer':
    case 'number':
      return numbers(facts);
    case 'timestamp':
      return [times(facts)];
    case 'boolean':
      return [];
    default:
      return texts(facts, nextRows);
  }
}

/**
 * Nulls by the Wilson upper bound of their share. None seen in n rows leaves up to 3.84 / n, so that only many rows make
 * a column not nullable; otherwise the bound for the next file (`nextShare`) becomes `maxNullShare`.
 */
function nulls({ nulls: count, rows }: ColumnFacts, { required }: ColumnRole, nextRows: number): Part {
  const { upper } = wilson(count, rows);
  if (required) {
    const seen = count > 0 ? `, though ${number(count)} of ${number(rows)} are` : '';
    return { why: [`must not be missing${seen}: its role needs it`] };
  }
  if (count === 0 && upper < MAX_HIDDEN_NULL_SHARE)
    return {
      fields: { nullable: false },
      why: [`none of ${number(rows)} missing: at most ${percent(roundUp(upper))} are (95 %)`],
    };
  const next = Math.max(roundUp(nextShare(count, rows, nextRows).upper), MIN_ALLOWED_SHARE);
  const seen =
    count === 0
      ? `none missing, but ${number(rows)} rows are too few to say never`
      : `${number(count)} of ${number(rows)} missing (${percent(count / rows)})`;
  if (next >= 1) return { fields: { nullable: true }, why: [seen] };
  return { fields: { nullable: true, maxNullShare: next }, why: [`${seen}: ${percent(next)} covers files like it`] };
}

function misfits({ misfits: count, type }: ColumnFacts): Part {
  return count === 0 ? {} : { why: [`${number(count)} cells are no ${type}: those rows are set aside`] };
}

function numbers(facts: ColumnFacts): Part[] {
  const special: Part[] = (
    [
      ['nan', facts.nans, 'not a number'],
      ['infinity', facts.infinities, 'infinite'],
    ] as const
  ).flatMap(([field, count, what]) => (count === 0 ? [] : [notFinite(field, count, facts.rows, what)]));
  const integer = facts.type === 'integer';
  if (!facts.numbers) return special;
  const single = integer && isKey(facts, facts.numbers);
  if (single) return [...special, { fields: { unique: true }, why: [single, 'names rows: no range'] }];
  const { min, max, note } = suggestRange(facts.numbers, { name: facts.name, integer });
  const why = [...new Set([min?.why, max?.why, note].filter((text) => text !== undefined))];
  return [
    ...special,
    {
      fields: { ...(min && { min: min.value }), ...(max && { max: max.value }) },
      why: why.length === 2 ? shared(why) : why,
    },
  ];
}

/** A state of its own where it is more than an odd cell here and there. */
function notFinite(field: 'nan' | 'infinity', count: number, rows: number, what: string): Part {
  const seen = `${number(count)} of ${number(rows)} are ${what}`;
  if (count / rows < MIN_ALLOWED_SHARE) return { why: [`${seen}: those rows are set aside`] };
  return { fields: { [field]: 'allow' }, why: [seen] };
}

/** Both bounds begin with what was seen: it is said once. */
function shared(why: readonly string[]): string[] {
  const [first = '', second = ''] = why;
  const [seen] = first.split('; ');
  return second.startsWith(`${seen}; `) ? [`${first}; ${second.slice(`${seen}; `.length)}`] : [...why];
}

/**
 * All values different among at least MIN_ROWS, counted exactly. Whole numbers of a wide range differ by chance, too: of n
 * draws from r values n² / 2r pairs are equal, and unless there had to be some, only an id's name makes it a rule.
 */
function isKey({ name, rows, nulls: missing, distinct }: ColumnFacts, range?: { min: number; max: number }) {
  const n = rows - missing;
  if (distinct === undefined || distinct !== n || n < MIN_ROWS) return undefined;
  const expected = range ? n ** 2 / (2 * (range.max - range.min + 1)) : Number.POSITIVE_INFINITY;
  if (expected < 3 && !ID_NAME.test(name)) return undefined;
  return `${number(n)} values, none twice`;
}

function times({ format, withOffset = 0, rows, nulls: missing, misfits: odd }: ColumnFacts): Part {
  const present = rows - missing - odd;
  const fields = { ...(format !== undefined && { format }) };
  // %z reads the offset
  if (withOffset >= present || /(^|[^%])(%%)*%z/.test(format ?? ''))
    return { fields, why: ['every time names its offset'] };
  const why = `${withOffset > 0 ? `${number(present - withOffset)} times name` : 'times name'} no offset: name their zone unless they are in UTC`;
  return { fields: { ...fields, zone: 'UTC' }, why: [why] };
}

function texts(facts: ColumnFacts, nextRows: number): Part[] {
  const { texts: seen, lengths, rows, nulls: missing } = facts;
  const n = rows - missing;
  if (!seen) return [];
  const form: Part = seen.pattern
    ? { fields: { pattern: seen.pattern }, why: [`all of ${number(n)} match${nameOf(seen.pattern)}`] }
    : length(lengths);
  const single = isKey(facts);
  if (single && (seen.pattern !== undefined || ID_NAME.test(facts.name)))
    return [{ type: 'string', fields: { unique: true }, why: [single] }, form];
  if (n < MIN_ROWS) return [{ why: [`${number(n)} values are too few to tell categories or a form`] }];
  const mass = seen.singletons / n;
  const once = `${number(seen.singletons)} of ${number(n)} rows have a value seen once`;
  if (mass > MAX_CATEGORY_SINGLETONS) return [{ type: 'string', why: [`${once}: a text, no category`] }, form];
  if (facts.type !== 'category') return [form];
  if (mass > MAX_LISTED_SINGLETONS || !seen.values || seen.values.length > MAX_LISTED_VALUES) {
    const many = facts.distinct === undefined ? 'many values' : `${number(facts.distinct)} values`;
    return [{ why: [`${many}, ${once}: too many to list`] }, form];
  }
  const share = Math.max(roundUp(nextUnseenShare(seen, n, nextRows)), MIN_ALLOWED_SHARE);
  const values = seen.values.map(([value]) => value).filter((value) => value !== '');
  return [
    {
      fields: { values: [...values].sort(), maxUnseenShare: share },
      why: [`${number(values.length)} values; ${once}: others may be ${percent(share)} of the next file`],
    },
    form,
  ];
}

const nameOf = (pattern: string): string => {
  const name = patternName(pattern);
  return name === undefined ? '' : ` the form of ${name}`;
};

/** Lengths are numbers that are not negative. */
function length(lengths: ColumnFacts['lengths']): Part {
  if (!lengths || lengths.min === lengths.max) return {};
  const { max } = suggestRange(lengths, { name: '', integer: true });
  if (!max || max.value > 1_000_000) return {};
  return {
    fields: { maxLength: Math.max(max.value, 2 * lengths.max) },
    why: [`${lengths.min} to ${lengths.max} characters seen`],
  };
}
