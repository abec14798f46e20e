import { benjaminiHochberg } from '../../stats/multiplicity/false-discovery.ts';
import type { Profile } from '../profiles/profile.ts';
import type { ModelSpec } from '../spec/model-spec.ts';
import type { MonitoringSpec } from '../spec/monitoring.ts';
import type { Baseline } from './baseline.ts';
import { concludeColumn, type MeasuredColumn, measureColumn } from './column-drift.ts';
import { bySeverity, DRIFT_CAUSES, type DriftCause, type FeatureDrift, type WindowReport } from './feature-drift.ts';

export interface DriftInput {
  readonly spec: ModelSpec;
  readonly baseline: Baseline;
  /** Over `referenceColumns` of the baseline's features followed by its prediction. */
  readonly window: Profile;
}

/**
 * Compares a window with a baseline. A feature, or the prediction, breaches if a change is both large and significant:
 * - its distribution, by the spec's distance and threshold. Whatever the distance, significance is that of Pearson's
 *   test on the same counts, so that it does not depend on which one is chosen;
 * - its missing share, which rose by monitoring.missingThreshold (Fisher's exact test, one-sided);
 * - values never seen in training, whose share reached monitoring.missingThreshold (the same test).
 * Significant means so by Benjamini–Hochberg over all these tests of the window. Below monitoring.minRows nothing is
 * compared. Protected columns do not appear.
 *
 * @throws RangeError if the window was not counted over the baseline's columns and bins
 */
export function assessDrift({ spec, baseline, window }: DriftInput): WindowReport {
  const { monitoring } = spec;
  const hidden = new Set(spec.data.protected);
  const insufficient = window.rows < monitoring.minRows;
  const measured: MeasuredColumn[] = [];
  for (const [i, column] of [...baseline.features, baseline.prediction].entries()) {
    const live = window.columns[i];
    if (live?.name !== column.name) {
      throw new RangeError(`column ${i} of the window is ${live?.name}, of the baseline ${column.name}`);
    }
    const isFeature = i < baseline.features.length;
    if (isFeature && hidden.has(column.name)) continue;
    const threshold = isFeature
      ? (own(monitoring.thresholds, column.name) ?? monitoring.threshold)
      : monitoring.predictionThreshold;
    measured.push(measureColumn(column, live, { method: monitoring.method, threshold, skip: insufficient }));
  }
  const columns = concludeColumns(measured, monitoring);
  const alarms = columns.filter(({ status }) => status === 'alarm').sort(bySeverity);
  return {
    rows: window.rows,
    minRows: monitoring.minRows,
    baselineRows: baseline.rows,
    insufficient,
    breached: alarms.length > 0,
    falseDiscoveryRate: monitoring.falseDiscoveryRate,
    missingThreshold: monitoring.missingThreshold,
    features: columns.slice(0, -1),
    prediction: columns.at(-1) as FeatureDrift,
    reasons: insufficient
      ? [`the window has ${window.rows} rows, monitoring.minRows is ${monitoring.minRows}`]
      : alarms.flatMap((alarm) => driftSentences(alarm, monitoring.missingThreshold)),
  };
}

/** Weighs the tests of all columns against each other: what each column's figures mean once it is known which are significant. */
export function concludeColumns(measured: readonly MeasuredColumn[], monitoring: MonitoringSpec): FeatureDrift[] {
  const tests = measured.flatMap(({ pValues }, column) =>
    DRIFT_CAUSES.flatMap((cause) => (pValues[cause] === undefined ? [] : [{ column, cause, pValue: pValues[cause] }])),
  );
  const named = benjaminiHochberg(
    tests.map(({ pValue }) => pValue),
    monitoring.falseDiscoveryRate,
  );
  const significant = measured.map(() => new Set<DriftCause>());
  for (const [i, { column, cause }] of tests.entries()) if (named[i]) significant[column]?.add(cause);
  return measured.map((column, i) => concludeColumn(column, significant[i] as Set<DriftCause>, monitoring));
}

/** One per cause of an alarm. */
export function driftSentences(drift: FeatureDrift, missingThreshold: number): string[] {
  const { name, method, effect = 0, threshold, pValue = 1, missingShare, unseenShare } = drift;
  const SENTENCE = {
    distribution: `${name}: ${method} is ${figure(effect)}, threshold ${threshold} (p = ${figure(pValue)})`,
    missing: `${name}: missing in ${percent(missingShare.window)} of the rows, ${percent(missingShare.baseline)} in training; a rise by ${percent(missingThreshold)} is allowed`,
    unseen: `${name}: ${percent(unseenShare.window)} of the values are none of those seen in training, ${percent(missingThreshold)} is allowed`,
  };
  return drift.causes.map((cause) => SENTENCE[cause]);
}

const own = <T>(record: Readonly<Record<string, T>>, key: string): T | undefined =>
  Object.hasOwn(record, key) ? record[key] : undefined;
const figure = (value: number): string => String(Number(value.toPrecision(3)));
const percent = (value: number): string => `${Number((100 * value).toPrecision(3))} %`;
