import type { FeatureStrength, LeakageFigures } from '../../domain/contracts/checks/measures.ts';
import type { Feature } from '../../domain/features/featurizer.ts';
import { labelSql } from '../../domain/features/featurizer-sql.ts';
import { featureColumns, labelOf } from '../../domain/features/fit.ts';
import type { Query } from '../../domain/profiles/profile-sql.ts';
import type { ModelSpec } from '../../domain/spec/model-spec.ts';
import { quoteIdentifier } from '../../domain/sql.ts';
import {
  categoryMeanErrors,
  categoryShareErrors,
  categoryWins,
  classRanks,
  rankCorrelation,
  type Strengths,
} from './strength.ts';
import {
  categoryMeanErrorsSql,
  categoryShareErrorsSql,
  categoryWinsSql,
  classRanksSql,
  rankCorrelationSql,
  type SignalColumn,
} from './strength-sql.ts';

const TABLE = 'millrace_leakage';
/** Labelled rows looked at. */
const SAMPLE_ROWS = 100_000;
/** Rows times features: above 200 features fewer rows are looked at, so that time stays bounded. */
const SAMPLE_CELLS = 20_000_000;
/** Features read in one scan: 1,000 columns of Parquet in one go need more than 1 GB. */
const BATCH_COLUMNS = 100;
/** Signals ranked in one statement. */
const BATCH_SIGNALS = 10;
/** 2^32 divided by the golden ratio: multiples of it modulo 2^32 are spread evenly, whatever the period of the data. */
const GOLDEN = 2_654_435_769;
const WORD = 2 ** 32;

/** How each kind of signal is compared with the label of each task. */
const METHODS = {
  binary: { ordered: [classRanksSql, classRanks], category: [categoryWinsSql, categoryWins] },
  multiclass: { ordered: [classRanksSql, classRanks], category: [categoryShareErrorsSql, categoryShareErrors] },
  regression: { ordered: [rankCorrelationSql, rankCorrelation], category: [categoryMeanErrorsSql, categoryMeanErrors] },
} as const;

/**
 * Strength with which each feature alone tells the label, from 0 to 1, over the labelled rows that have a value:
 *
 * | label | numbers, times, booleans | categories and text |
 * |---|---|---|
 * | two classes | abs(2 AUC − 1) | 2 AUC − 1 of the category's mean label |
 * | more classes | correlation ratio of the ranks, relative to the largest possible | root of the explained share of the Brier score of the category's class shares |
 * | a number | Spearman's rank correlation | root of the explained variance of the label's rank by the category's mean |
 *
 * What a category says about a row is taken from its other rows and from one row with the overall mean: a value that
 * occurs once says nothing, so an id does not pass for a leak. Besides, whether a value is missing is a signal of its own.
 * The stronger of both counts.
 *
 * Limits: an order that goes up and down again (both ends are of one class) is not seen, nor is a leak that takes two
 * features. A text of which every value has several rows, all with one label, counts as a leak, whether it tells the label
 * or only groups rows; with more than two classes or a number it needs about eight rows a value to come near 1. A sample
 * tears such groups apart.
 *
 * Up to 100,000 rows are all looked at; of more, so many spread evenly over the relation's order.
 */
export async function measureLeakage(query: Query, relation: string, spec: ModelSpec): Promise<LeakageFigures> {
  const features = featureColumns(spec);
  const label = labelSql(labelOf(spec));
  const [counted = {}] = await query(`SELECT count(${label}) AS n FROM ${relation}`);
  const sample = sampleSql(Number(counted.n), features.length);
  const found: FeatureStrength[] = [];
  const unmeasured: string[] = [];
  let rows = 0;
  for (let start = 0; start < features.length; start += BATCH_COLUMNS) {
    const batch = features.slice(start, start + BATCH_COLUMNS);
    await query(`CREATE OR REPLACE TEMPORARY TABLE ${TABLE} AS ${tableSql(relation, spec, batch, sample)}`);
    try {
      const measured = await measureBatch(query, spec, batch);
      rows = measured.rows;
      found.push(...measured.found);
      unmeasured.push(...measured.unmeasured);
    } finally {
      await query(`DROP TABLE ${TABLE}`);
    }
  }
  const strengths = found.sort((a, b) => b.strength - a.strength);
  return { rows, strengths, unmeasured };
}

/** Condition on a row's number among those with a label. */
function sampleSql(labelled: number, features: number): string {
  const limit = Math.min(SAMPLE_ROWS, Math.floor(SAMPLE_CELLS / features));
  if (labelled <= limit) return 'true';
  return `(position * ${GOLDEN}) % ${WORD} < ${Math.floor((limit / labelled) * WORD)}`;
}

function tableSql(
  relation: string,
  spec: ModelSpec,
  features: readonly Pick<Feature, 'name' | 'kind'>[],
  sample: string,
): string {
  const signals = features.map((feature, i) => `${valueSql(feature)} AS s${i}`);
  const labelled = `SELECT ${labelSql(labelOf(spec))} AS label, ${signals.join(', ')} FROM ${relation}`;
  const numbered = `SELECT *, row_number() OVER () AS position FROM (${labelled}) WHERE label IS NOT NULL`;
  // ranks, so that a few large labels do not decide
  const rank =
    '(rank() OVER (ORDER BY label) + (count(*) OVER (PARTITION BY label) - 1) / 2 - 0.5) / count(*) OVER () - 0.5';
  const y = spec.task === 'regression' ? `CAST(${rank} AS DOUBLE)` : 'label';
  return `SELECT ${y} AS y, * EXCLUDE (label, position) FROM (${numbered}) WHERE ${sample}`;
}

function valueSql({ name, kind }: Pick<Feature, 'name' | 'kind'>): string {
  const column = quoteIdentifier(name);
  // categories only have to be told apart: a hash keeps long text out of memory
  if (kind === 'category') return `CASE WHEN ${column} IS NOT NULL THEN hash(${column}) END`;
  const value = kind === 'timestamp' ? `CAST(epoch_ms(${column}) AS DOUBLE)` : `CAST(${column} AS DOUBLE)`;
  return `CASE WHEN NOT isnan(${value}) THEN ${value} END`;
}

async function measureBatch(query: Query, spec: ModelSpec, features: readonly Pick<Feature, 'name' | 'kind'>[]) {
  const [row = {}] = await query(
    `SELECT count(*) AS n, ${features.map((_, i) => `count(s${i}) AS c${i}`).join(', ')} FROM ${TABLE}`,
  );
  const rows = Number(row.n);
  const value = (i: number): SignalColumn => ({ number: i, sql: `s${i}` });
  const isMissing = (i: number): SignalColumn => ({ number: i, sql: `CAST(s${i} IS NULL AS DOUBLE)` });
  const indexes = [...features.keys()];
  const ofKind = (category: boolean) => indexes.filter((i) => (features[i]?.kind === 'category') === category);
  const sometimes = indexes.filter((i) => Number(row[`c${i}`]) > 0 && Number(row[`c${i}`]) < rows);

  const { ordered, category } = METHODS[spec.task];
  const byValue: Strengths = new Map([
    ...(await strengthsBy(query, ordered, ofKind(false).map(value))),
    ...(await strengthsBy(query, category, ofKind(true).map(value))),
  ]);
  const byMissing = await strengthsBy(query, ordered, sometimes.map(isMissing));
  const found: FeatureStrength[] = [];
  const unmeasured: string[] = [];
  for (const [i, { name: feature }] of features.entries()) {
    const [ofValue, ofMissing = 0] = [byValue.get(i), byMissing.get(i)];
    if (ofValue === undefined) unmeasured.push(feature);
    const missing = ofMissing > (ofValue ?? 0);
    if (missing) found.push({ feature, strength: ofMissing, by: 'missing' });
    else if (ofValue !== undefined) found.push({ feature, strength: ofValue, by: 'value' });
  }
  return { rows, found, unmeasured };
}

type Method = readonly [
  sql: (table: string, signals: readonly SignalColumn[]) => string,
  read: (rows: readonly Record<string, unknown>[]) => Strengths,
];

async function strengthsBy(query: Query, [sql, read]: Method, signals: readonly SignalColumn[]): Promise<Strengths> {
  const strengths: Strengths = new Map();
  for (let start = 0; start < signals.length; start += BATCH_SIGNALS) {
    const batch = signals.slice(start, start + BATCH_SIGNALS);
    for (const [number, strength] of read(await query(sql(TABLE, batch)))) strengths.set(number, strength);
  }
  return strengths;
}
