import type { Column } from '../spec/columns.ts';
import type { ModelSpec } from '../spec/model-spec.ts';
import { doubleLiteral, quoteLiteral } from '../sql.ts';

/** A rule that a column makes, by its code and the SQL condition of a row that breaks it, which may be NULL. */
export interface ColumnRule {
  readonly code: string;
  readonly message: string;
  readonly bad: string;
}

/**
 * The rules of one column, as SQL over `s<index>` (as it came) and `t<index>` (typed; NULL if it is none). Uniqueness is
 * not among them: it takes more than one row to tell.
 */
export function columnRules(spec: ModelSpec, column: Column, index: number): ColumnRule[] {
  const [source, typed] = [`s${index}`, `t${index}`];
  const { name, type, nullable, min, max } = column;
  const rules: ColumnRule[] = [];
  const add = (code: string, message: string, bad: string) => rules.push({ code, message: `${name} ${message}`, bad });
  if (!nullable) add('null-not-allowed', 'must not be empty', `${source} IS NULL`);
  if (type !== 'string' && type !== 'category') {
    const text = `must be ${TYPE_TEXTS[type]}${formatText(column)}`;
    add('wrong-type', text, `${source} IS NOT NULL AND ${typed} IS NULL`);
  }
  if (type === 'number' && column.nan === 'reject') add('nan-not-allowed', 'must not be NaN', `isnan(${typed})`);
  if (type === 'number' && column.infinity === 'reject')
    add('infinity-not-allowed', 'must be finite', `isinf(${typed})`);
  const finite = type === 'number' ? `isfinite(${typed}) AND ` : '';
  const bounds = [
    ...(min === undefined ? [] : [`${typed} < ${doubleLiteral(min)}`]),
    ...(max === undefined ? [] : [`${typed} > ${doubleLiteral(max)}`]),
  ];
  if (bounds.length > 0) add('out-of-range', `must be ${boundText(min, max)}`, `${finite}(${bounds.join(' OR ')})`);
  for (const rule of textRules(column, typed)) rules.push({ ...rule, message: `${name} ${rule.message}` });
  if (name === spec.data.target) {
    const labels = allowedClasses(spec, column);
    const text = type === 'string' || type === 'category' ? typed : `CAST(${typed} AS VARCHAR)`;
    if (labels) add('unknown-class', `must be one of ${listText(labels)}`, notIn(text, labels));
  }
  return rules;
}

/**
 * True for a cell that breaks any of its column's rules about numbers, in one comparison: NaN is above every number, and a
 * comparison with NULL is not true. Undefined for columns that may hold NaN or infinity, and for all but numbers.
 */
export function badNumber({ type, nullable, min, max, nan, infinity }: Column, index: number): string | undefined {
  if (type !== 'integer' && (type !== 'number' || nan === 'allow' || infinity === 'allow')) return undefined;
  const [low, high] = [min ?? -Number.MAX_VALUE, max ?? Number.MAX_VALUE].map(doubleLiteral);
  const bad = `(t${index} BETWEEN ${low} AND ${high}) IS NOT TRUE`;
  return nullable ? `(s${index} IS NOT NULL AND ${bad})` : `(${bad})`;
}

function textRules({ minLength, maxLength, values, maxUnseenShare, pattern }: Column, typed: string): ColumnRule[] {
  const characters = (count: number) => `${count} character${count === 1 ? '' : 's'}`;
  return [
    ...(minLength === undefined
      ? []
      : [
          {
            code: 'too-short',
            message: `must have at least ${characters(minLength)}`,
            bad: `length(${typed}) < ${minLength}`,
          },
        ]),
    ...(maxLength === undefined
      ? []
      : [
          {
            code: 'too-long',
            message: `must have at most ${characters(maxLength)}`,
            bad: `length(${typed}) > ${maxLength}`,
          },
        ]),
    // with a share it is a matter of the data set: check `unseen-share`
    ...(values === undefined || maxUnseenShare !== undefined
      ? []
      : [{ code: 'value-not-allowed', message: `must be one of ${listText(values)}`, bad: notIn(typed, values) }]),
    ...(pattern === undefined
      ? []
      : [
          {
            code: 'pattern-mismatch',
            message: `must match ${pattern}`,
            bad: `NOT regexp_full_match(${typed}, ${quoteLiteral(pattern)})`,
          },
        ]),
  ];
}

const TYPE_TEXTS = { integer: 'a whole number', number: 'a number', boolean: 'true or false', timestamp: 'a time' };
const formatText = ({ type, format, zone }: Column): string =>
  type === 'timestamp'
    ? `${format === undefined ? ' in ISO 8601' : ` in the format ${format}`}${zone === undefined ? '' : `, ${zone} unless it says otherwise`}`
    : '';

function allowedClasses({ task, classes }: ModelSpec, { type }: Column): readonly string[] | undefined {
  if (task === 'regression') return undefined;
  return classes ?? (task === 'binary' && type === 'integer' ? ['0', '1'] : undefined);
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
