import type { Featurizer, Label } from '../../domain/features/featurizer.ts';
import { categoryStatisticsSql, featureColumns, fitFeaturizer } from '../../domain/features/fit.ts';
import type { DraftBaseline } from '../../domain/monitoring/baseline.ts';
import type { ProfiledColumn } from '../../domain/profiles/columns.ts';
import type { ColumnProfile } from '../../domain/profiles/profile.ts';
import { profileRelation, type Query } from '../../domain/profiles/profile-sql.ts';
import { withReferenceEdges } from '../../domain/profiles/reference-bins.ts';
import type { ModelSpec } from '../../domain/spec/model-spec.ts';
import { segmentProfiles } from './segment-profiles.ts';
import { LABEL_COLUMN } from './training-rows.ts';

/** Rows that bin edges are taken from: the rank error of a quantile is then below 0.2 percentage points. */
const SAMPLE_ROWS = 1_000_000;

/** Fits the featurizer and profiles its inputs, both on the training split alone. */
export async function fitModelInputs(
  query: Query,
  spec: ModelSpec,
  train: string,
): Promise<{ featurizer: Featurizer; baseline: DraftBaseline }> {
  const [totals] = await query(`SELECT count(*) AS n, sum(${LABEL_COLUMN}) AS label_sum FROM ${train}`);
  const features = featureColumns(spec);
  const categories = new Map<string, { value: string; count: number; labelSum: number }[]>();
  for (const { name, kind } of features) {
    if (kind !== 'category') continue;
    const rows = await query(categoryStatisticsSql(name, LABEL_COLUMN, train));
    const statistic = (row: Record<string, unknown>) => ({
      value: String(row.value),
      count: Number(row.n),
      labelSum: Number(row.label_sum),
    });
    categories.set(name, rows.map(statistic));
  }
  const rows = Number(totals?.n);
  const featurizer = fitFeaturizer(spec, { rows, labelSum: Number(totals?.label_sum), categories });

  const columns: ProfiledColumn[] = features.map(({ name, kind }) => ({ name, type: kind }));
  const numeric: ProfiledColumn = { name: LABEL_COLUMN, type: 'numeric' };
  // rows are in the order of a hash, so the first ones are a random sample, and the same one every time
  const sample = `(SELECT * FROM ${train} LIMIT ${SAMPLE_ROWS})`;
  const profile = await profileRelation(query, train, await withReferenceEdges(query, sample, columns));
  const labelColumns = featurizer.label.kind === 'number' ? await withReferenceEdges(query, sample, [numeric]) : [];
  const label =
    featurizer.label.kind === 'number'
      ? ((await profileRelation(query, train, labelColumns)).columns[0] as ColumnProfile)
      : await classProfile(query, featurizer.label, train);
  return {
    featurizer,
    baseline: {
      version: 1,
      rows,
      features: profile.columns,
      label: { ...label, name: featurizer.label.column },
      segments: await segmentProfiles(query, spec, train, profile.columns),
    },
  };
}

async function classProfile(
  query: Query,
  { column, classes }: Extract<Label, { kind: 'class' }>,
  train: string,
): Promise<ColumnProfile> {
  const found = await query(`SELECT ${LABEL_COLUMN} AS label, count(*) AS n FROM ${train} GROUP BY ALL`);
  const counts = new Map(found.map((row) => [Number(row.label), Number(row.n)]));
  const values = classes.map((name, i): [string, number] => [name, counts.get(i) ?? 0]);
  const count = values.reduce((sum, [, n]) => sum + n, 0);
  return { name: column, type: 'category', count, nulls: 0, nans: 0, infinities: 0, categories: { values, other: 0 } };
}
