import { protectedLabel } from '../protected.ts';
import type { Gate } from '../spec/evaluation.ts';
import type { ModelSpec } from '../spec/model-spec.ts';
import type { FairnessReport, Judgement, Slice } from './evaluation.ts';
import { fairnessOf, groupRates } from './fairness.ts';
import { definedMetrics, metricsOf } from './metrics.ts';
import { type Scored, takeRows } from './scored.ts';

/** Values of the columns that gates look into, by column, one per row; null = missing. */
export type SliceColumns = ReadonlyMap<string, readonly (string | null)[]>;

/** Columns whose values gates look into. */
export function sliceColumnsOf(gates: readonly Gate[]): string[] {
  return [...new Set(gates.flatMap((gate) => ('column' in gate ? [gate.column] : [])))];
}

/** All figures about one model on one holdout, as far as the spec's gates ask for them. */
export function judge(spec: ModelSpec, scored: Scored, columns: SliceColumns): Judgement {
  const { gates } = spec.evaluation;
  const slices: Slice[] = [];
  const fairness: FairnessReport[] = [];
  for (const column of sliceColumnsOf(gates)) {
    const values = columns.get(column);
    if (!values) continue; // its gates fail for lack of figures
    const groups = groupRows(values);
    const label = labeller(spec, column);
    const own = gates.filter((gate) => 'column' in gate && gate.column === column);
    const minSliceRows = Math.min(...own.flatMap((gate) => (gate.type === 'slice' ? [gate.minRows] : [])));
    for (const [value, rows] of groups) {
      if (rows.length < minSliceRows) continue;
      const metrics = definedMetrics(metricsOf(takeRows(scored, rows)));
      slices.push({ column, value: label(value), rows: rows.length, metrics });
    }
    const bounds = new Set(own.flatMap((gate) => (gate.type === 'fairness' ? [gate.minRows] : [])));
    for (const minRows of bounds) fairness.push(fairnessReport(column, minRows, scored, groups, label));
  }
  return { rows: scored.labels.length, metrics: definedMetrics(metricsOf(scored)), slices, fairness };
}

/** Rows of each value, the most frequent value first. */
function groupRows(values: readonly (string | null)[]): [string | null, number[]][] {
  const groups = new Map<string | null, number[]>();
  for (const [row, value] of values.entries()) {
    const rows = groups.get(value);
    if (rows) rows.push(row);
    else groups.set(value, [row]);
  }
  return [...groups].sort((a, b) => b[1].length - a[1].length || (String(a[0]) < String(b[0]) ? -1 : 1));
}

function fairnessReport(
  column: string,
  minRows: number,
  scored: Scored,
  groups: readonly [string | null, number[]][],
  label: (value: string | null) => string | null,
): FairnessReport {
  const large = groups.filter(([, rows]) => rows.length >= minRows);
  const rates = large.map(([value, rows]) => ({ value: label(value), ...groupRates(takeRows(scored, rows)) }));
  return {
    column,
    minRows,
    metrics: scored.task === 'binary' ? definedMetrics(fairnessOf(rates)) : {},
    groups: rates.map(({ truePositiveRate, ...rest }) =>
      Number.isFinite(truePositiveRate) ? { ...rest, truePositiveRate } : rest,
    ),
    smallGroups: groups.length - large.length,
  };
}

/** Values of protected columns do not appear in reports. */
function labeller(spec: ModelSpec, column: string): (value: string | null) => string | null {
  if (!spec.data.protected.includes(column)) return (value) => value;
  return (value) => value && protectedLabel(column, value);
}
