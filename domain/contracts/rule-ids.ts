import type { SpecDraft } from '../spec/draft.ts';

/** Rules over lines that cannot be read, by their code; no spec makes or changes them. */
export const LINE_CODES = [
  'too-few-cells',
  'too-many-cells',
  'broken-quotes',
  'line-too-long',
  'wrong-encoding',
  'broken-line',
  'not-an-object',
  'duplicate-key',
  'extra-key',
  'nested-value',
] as const;

type ColumnDraft = NonNullable<NonNullable<NonNullable<SpecDraft['data']>['columns']>[number]>;

/**
 * Ids of the rules that columns and keys make, `out-of-range:age`: what a rule without an expression may change.
 * @param spec a whole one, or what is left of one
 */
export function generatedRuleIds(spec: SpecDraft): string[] {
  const columns = spec.data?.columns ?? [];
  const ofColumns = columns.flatMap((column) =>
    column?.name === undefined ? [] : codesOf(spec, column).map((code) => `${code}:${column.name}`),
  );
  const keys = (spec.data?.keys ?? []).flatMap((key) => (key ? [duplicateKeyId(key)] : []));
  return [...ofColumns, ...keys];
}

/** Ids of the checks that columns make; one of `data.checks` with such an id stands in for the column's. */
export function generatedCheckIds({ data }: SpecDraft): string[] {
  return (data?.columns ?? []).flatMap((column) => [
    ...(column?.nullable === true && column.maxNullShare !== undefined ? [`null-share:${column.name}`] : []),
    ...(column?.values !== undefined && column.maxUnseenShare !== undefined ? [`unseen-share:${column.name}`] : []),
  ]);
}

export const duplicateKeyId = (key: readonly (string | undefined)[]): string => `duplicate-key:${key.join('+')}`;

function codesOf(spec: SpecDraft, column: ColumnDraft): string[] {
  const { type, nullable, min, max, minLength, maxLength, values, maxUnseenShare, pattern, unique } = column;
  const text = type === 'string' || type === 'category';
  const made: readonly (readonly [code: string, made: boolean])[] = [
    ['null-not-allowed', nullable !== true],
    ['wrong-type', !text],
    ['nan-not-allowed', type === 'number' && column.nan !== 'allow'],
    ['infinity-not-allowed', type === 'number' && column.infinity !== 'allow'],
    ['out-of-range', min !== undefined || max !== undefined],
    ['too-short', minLength !== undefined],
    ['too-long', maxLength !== undefined],
    ['value-not-allowed', values !== undefined && maxUnseenShare === undefined],
    ['pattern-mismatch', pattern !== undefined],
    ['unknown-class', column.name === spec.data?.target && hasClasses(spec, column)],
    ['not-unique', unique === true],
  ];
  return made.flatMap(([code, is]) => (is ? [code] : []));
}

const hasClasses = ({ task, classes }: SpecDraft, { type }: ColumnDraft): boolean =>
  task !== 'regression' && (classes !== undefined || (task === 'binary' && type === 'integer'));
