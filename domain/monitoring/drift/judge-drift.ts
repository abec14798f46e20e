import type { DatasetComparison } from '../../../stats/presets/types.ts';
import type { ModelSpec } from '../../spec/model-spec.ts';
import { MonitoringSpec } from '../../spec/monitoring.ts';
import { sameBins } from '../bins.ts';
import { type DriftColumn, type DriftPreset, DriftReport, type DriftSide } from '../drift-report.ts';
import { byStatus, type Finding, worstStatus } from '../finding.ts';
import { changeWords } from './change-words.ts';
import { driftMetrics } from './drift-metrics.ts';
import { type Judged, millraceFindings } from './millrace-findings.ts';
import { type PairedColumn, withoutValues } from './paired-column.ts';
import { presetFinding } from './preset-finding.ts';
import { NOT_COMPARED } from './undecided.ts';
import { driftVerdict } from './verdict.ts';

export interface DriftInput {
  readonly reference: DriftSide;
  readonly current: DriftSide;
  readonly columns: readonly PairedColumn[];
  readonly preset: DriftPreset;
  readonly spec?: ModelSpec | undefined;
  /** Instead of monitoring.threshold and monitoring.thresholds. */
  readonly threshold?: number | undefined;
  /** What the rule of another preset says. */
  readonly compared?: DatasetComparison | undefined;
}

/**
 * Decides whether current data differ from a reference. Columns that disappeared or hold values of another type are drift
 * whatever the preset; one that appeared is worth a warning.
 *
 * Without a spec monitoring's defaults hold, but for `minRows`: the tests know how many rows there are.
 */
export function judgeDrift(input: DriftInput): DriftReport {
  const { reference, current, columns, preset, spec, compared } = input;
  const monitoring = monitoringOf(input);
  const few = tooFew(input, monitoring);
  const judges = (column: PairedColumn): boolean =>
    (column.role === 'feature' || column.role === 'target') && !monitoring.muted.includes(column.name);
  const comparable = columns.filter(({ state }) => state === 'compared');
  const { findings, tests } =
    few !== undefined
      ? { findings: comparable.map((column) => [silent(column, few)]), tests: 0 }
      : compared
        ? { findings: comparable.map((column) => ofPreset(column, compared)), tests: undefined }
        : millraceFindings(comparable, monitoring, judges);
  const found = new Map(comparable.map((column, i) => [column, findings[i] as Finding[]]));
  const judged = columns.map((column) => {
    const own = found.get(column) ?? [structural(column, monitoring, judges(column))];
    return concluded(column, own, judges(column) && column.state !== 'appeared');
  });
  const ranked = judged.toSorted(
    (a, b) => Number(b.judged) - Number(a.judged) || byStatus(b.status, a.status) || b.severity - a.severity,
  );
  const status = statusOf(ranked, compared);
  return DriftReport.parse({
    schemaVersion: 1,
    kind: 'millrace-drift-report',
    preset,
    ...(spec && { model: spec.name }),
    status,
    verdict: driftVerdict(status, ranked, few ?? undecided(preset, compared), compared),
    reference,
    current,
    rule: ruleOf(input, monitoring, tests),
    columns: ranked,
  });
}

function monitoringOf({ spec, threshold }: DriftInput): MonitoringSpec {
  const monitoring = spec?.monitoring ?? MonitoringSpec.parse({ minRows: 1 });
  return threshold === undefined ? monitoring : { ...monitoring, threshold, thresholds: {} };
}

function tooFew({ reference, current, preset }: DriftInput, { minRows }: MonitoringSpec): string | undefined {
  const least = preset === 'millrace' ? minRows : 1;
  for (const [which, { rows }] of [
    ['reference', reference],
    ['current data', current],
  ] as const) {
    const have = which === 'reference' ? 'has' : 'have';
    if (rows === 0) return `the ${which} ${have} no rows`;
    if (rows === 1 && preset === 'millrace') return `the ${which} ${have} 1 row, too few to compare`;
    if (rows < least) return `the ${which} ${have} ${rows} rows, monitoring.minRows is ${least}`;
  }
  return undefined;
}

const silent = ({ name }: PairedColumn, why: string, measure = 'rows'): Finding => ({
  ...{ monitor: 'feature-drift', subject: name, status: 'insufficient_data', measure, significant: false },
  ...{ severity: 0, rows: 0, message: why },
});

function ofPreset(column: PairedColumn, { columns }: DatasetComparison): Finding[] {
  const comparison = columns.find(({ name }) => name === column.name);
  if (comparison) return [presetFinding(comparison, column)];
  if (column.role !== 'feature' && column.role !== 'target')
    return [silent(column, `${column.role}: not compared`, NOT_COMPARED)];
  if (column.reference?.count !== 0) return [silent(column, 'text that hardly repeats is not compared', NOT_COMPARED)];
  return [silent(column, column.current?.count === 0 ? 'no value on either side' : 'the reference has no value')];
}

/** All its values are gone, which a missing share of 100 % is also. */
function structural(column: PairedColumn, { missingThreshold }: MonitoringSpec, judged: boolean): Finding {
  const { name, state, why = '', importance = 1 } = column;
  return {
    ...{
      monitor: 'data-quality',
      subject: name,
      measure: state === 'retyped' ? 'type' : 'presence',
      significant: true,
    },
    status: judged && state !== 'appeared' ? 'alarm' : 'warn',
    severity: state === 'appeared' ? 0 : importance / missingThreshold,
    rows: 0,
    message: why,
  };
}

function concluded(column: PairedColumn, findings: readonly Finding[], judged: boolean): DriftColumn {
  const { name, type, role, state, misfits, newValues, importance, why } = column;
  const isHidden = role === 'protected';
  const [reference, current] = [column.reference, column.current].map((side) =>
    side && isHidden ? withoutValues(side) : side,
  );
  const sorted = withFewValuesFirst(
    column,
    findings.toSorted((a, b) => byStatus(b.status, a.status) || b.severity - a.severity),
  );
  const status = sorted[0]?.status ?? 'insufficient_data';
  const pair = state === 'compared' && column.reference && column.current;
  const words =
    pair && reference && current
      ? changeWords(reference, current, isHidden ? [] : newValues)
      : why === undefined
        ? []
        : [why];
  return {
    ...{ name, type, role, judged, status, state },
    changes: words,
    findings: sorted,
    metrics: pair && column.reference && column.current ? metricsOf(column.reference, column.current, isHidden) : {},
    severity: Math.max(0, ...sorted.filter((finding) => finding.status === status).map(({ severity }) => severity)),
    ...(importance !== undefined && { importance }),
    misfits,
    ...(reference && { reference }),
    ...(current && state !== 'retyped' && { current }),
  };
}

/** That none is missing says nothing of values too few to compare. */
function withFewValuesFirst({ reference }: PairedColumn, sorted: Finding[]): Finding[] {
  const few = sorted.find((finding) => isOfDistribution(finding) && finding.status === 'insufficient_data');
  const isCounted = reference?.bins !== undefined || reference?.categories !== undefined;
  return few && isCounted && sorted[0]?.status === 'ok' ? [few, ...sorted.filter((one) => one !== few)] : sorted;
}

const isOfDistribution = ({ monitor }: Finding): boolean => monitor === 'feature-drift';

/** A distance in the column's unit tells something of its values. */
function metricsOf(reference: NonNullable<PairedColumn['reference']>, current: typeof reference, isHidden: boolean) {
  if (!sameBins(reference, current)) return {};
  const { wasserstein, ...metrics } = driftMetrics(reference, current);
  return { ...metrics, ...(wasserstein && !isHidden && { wasserstein }) };
}

/** TFDV, and NannyML of a tiny reference, decide nothing until somebody sets a threshold. */
function undecided(preset: DriftPreset, compared: DatasetComparison | undefined): string | undefined {
  const isUndecided = compared?.columns.every(
    ({ statistic, threshold }) => statistic === undefined || threshold === undefined,
  );
  const isMeasured = compared?.columns.some(({ statistic }) => statistic !== undefined);
  return isUndecided && isMeasured ? `${preset} has no threshold of its own here, give --threshold` : undefined;
}

function statusOf(columns: readonly DriftColumn[], compared: DatasetComparison | undefined): DriftReport['status'] {
  const judged = columns.filter((column) => column.judged);
  const worst = worstStatus(judged.map(({ status }) => status));
  if (worst === 'ok' && isTooLittle(judged)) return 'insufficient_data';
  if (!compared || worst !== 'alarm') return worst;
  // the tool's rule for a data set may let single columns drift
  const isStructural = judged.some(({ state }) => state === 'disappeared' || state === 'retyped');
  return compared.detected || isStructural ? 'alarm' : 'warn';
}

/** Columns had too few values, and none had enough: what is missing, of text too, is all that was held against the reference. */
const isTooLittle = (judged: readonly DriftColumn[]): boolean =>
  judged.some(({ status }) => status === 'insufficient_data') &&
  judged.every(({ findings }) =>
    findings.every((finding) => !isOfDistribution(finding) || finding.status === 'insufficient_data'),
  );

function ruleOf({ compared, preset }: DriftInput, monitoring: MonitoringSpec, tests: Judged['tests'] | undefined) {
  if (compared) {
    const { rule, driftedShare } = compared;
    return { description: `${preset}: ${rule}`, ...(driftedShare !== undefined && { driftedShare }) };
  }
  const { method, threshold, missingThreshold, falseDiscoveryRate, minRows } = monitoring;
  const description =
    'a change is drift if it is as large as its threshold and significant: of the distribution, of the share of missing values, or of values that the reference does not have';
  return { description, method, threshold, missingThreshold, falseDiscoveryRate, minRows, tests: tests ?? 0 };
}
