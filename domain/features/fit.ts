import { InvalidInputError } from '../common-errors.ts';
import { compareText } from '../profiles/profile.ts';
import type { Column } from '../spec/columns.ts';
import { featureNames, type ModelSpec } from '../spec/model-spec.ts';
import { quoteIdentifier } from '../sql.ts';
import { DICTIONARY_LIMIT, type Feature, type Featurizer, type Label } from './featurizer.ts';

/** Rows by which a category's mean label is drawn to the overall mean, so that rare ones do not end up at the ends. */
const SMOOTHING_ROWS = 20;

/** One value of a category feature on the training split. */
export interface CategoryStatistic {
  readonly value: string;
  readonly count: number;
  /** Over its rows. */
  readonly labelSum: number;
}

export interface TrainingStatistics {
  readonly rows: number;
  readonly labelSum: number;
  /** By feature name. */
  readonly categories: ReadonlyMap<string, readonly CategoryStatistic[]>;
}

const KIND_OF: Record<Column['type'], Feature['kind']> = {
  integer: 'numeric',
  number: 'numeric',
  boolean: 'boolean',
  string: 'category',
  category: 'category',
  timestamp: 'timestamp',
};

/** The model's inputs in order. */
export function featureColumns(spec: ModelSpec): Pick<Feature, 'name' | 'kind'>[] {
  const types = new Map(spec.data.columns.map(({ name, type }) => [name, type]));
  return featureNames(spec).map((name) => {
    const type = types.get(name);
    if (type === undefined) throw new InvalidInputError([`feature ${name} is not among data.columns`]);
    return { name, kind: KIND_OF[type] };
  });
}

/** How the spec's target becomes a number; without `classes` a binary target is false/true or 0/1. */
export function labelOf(spec: ModelSpec): Label {
  const column = spec.data.target;
  if (spec.task === 'regression') return { kind: 'number', column };
  const type = spec.data.columns.find(({ name }) => name === column)?.type;
  const implied = spec.task === 'binary' ? (type === 'boolean' ? ['false', 'true'] : ['0', '1']) : undefined;
  const classes = spec.classes ?? implied;
  if (!classes) throw new InvalidInputError(['a multiclass spec needs classes']);
  const numbers = (type === 'integer' || type === 'number') && classes.every((text) => Number.isFinite(Number(text)));
  return { kind: 'class', column, compare: numbers ? 'number' : 'text', classes };
}

/**
 * Fits dictionaries: the most frequent values, ties in code-point order, coded in the order of their smoothed mean label.
 *
 * A tree splits codes by a threshold, so neighbours should behave alike: for two classes and for squared loss the best
 * partition of a category is a cut of this order (Breiman et al. 1984, Classification and Regression Trees, §4.2.2). Only
 * the order is kept, not the means. More than two classes have no such order: there the codes follow frequency.
 */
export function fitFeaturizer(spec: ModelSpec, statistics: TrainingStatistics): Featurizer {
  const prior = statistics.rows > 0 ? statistics.labelSum / statistics.rows : 0;
  const score = ({ count, labelSum }: CategoryStatistic): number =>
    (labelSum + SMOOTHING_ROWS * prior) / (count + SMOOTHING_ROWS);
  const features = featureColumns(spec).map((feature): Feature => {
    if (feature.kind !== 'category') return feature;
    const kept = [...(statistics.categories.get(feature.name) ?? [])]
      .filter(({ value }) => !value.includes('\0')) // no ENUM can hold it
      .sort((a, b) => b.count - a.count || compareText(a.value, b.value))
      .slice(0, DICTIONARY_LIMIT);
    if (spec.task !== 'multiclass') kept.sort((a, b) => score(a) - score(b) || compareText(a.value, b.value));
    return { ...feature, categories: kept.map(({ value }) => value) };
  });
  return { version: 1, features, label: labelOf(spec) };
}

/** SELECT with rows `{value, n, label_sum}`: the statistic of one category feature, no more than the dictionary can hold. */
export function categoryStatisticsSql(name: string, label: string, relation: string): string {
  const value = `CAST(${quoteIdentifier(name)} AS VARCHAR)`;
  const figures = `${value} AS value, count(*) AS n, sum(${label}) AS label_sum`;
  const from = `FROM ${relation} WHERE ${quoteIdentifier(name)} IS NOT NULL GROUP BY ALL`;
  return `SELECT ${figures} ${from} ORDER BY n DESC, value LIMIT ${DICTIONARY_LIMIT}`;
}
