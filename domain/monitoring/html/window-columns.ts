import type { ColumnProfile, Profile } from '../../profiles/profile.ts';
import { relativeImportances } from '../assess/column-monitors.ts';
import type { Baseline } from '../baseline.ts';
import { sameBins } from '../bins.ts';
import { changeWords } from '../drift/change-words.ts';
import { driftMetrics } from '../drift/drift-metrics.ts';
import type { DriftColumn } from '../drift-report.ts';
import { byStatus, type Finding, type MonitorKind } from '../finding.ts';
import type { MonitorReport } from '../report.ts';

export interface WindowProfiles {
  readonly baseline: Pick<Baseline, 'features' | 'prediction' | 'importances'>;
  /** `whole.profile` of the version's record; absent once its retention is over. */
  readonly window?: Profile | undefined;
}

const OF_FEATURES: readonly MonitorKind[] = ['data-quality', 'feature-drift', 'missingness', 'new-categories'];
const OF_PREDICTION: readonly MonitorKind[] = ['prediction-drift', 'missingness', 'new-categories'];

/** Features and the prediction of a window with what was found of them, the severest first; the rest of the findings apart. */
export function windowColumns(
  report: MonitorReport,
  { baseline, window }: WindowProfiles,
): { columns: DriftColumn[]; others: Finding[] } {
  const importances = relativeImportances(baseline.features, baseline.importances);
  const found = new Map<string, Finding[]>();
  for (const finding of report.findings) {
    if (!finding.segment) found.set(finding.subject, [...(found.get(finding.subject) ?? []), finding]);
  }
  const of = (name: string, monitors: readonly MonitorKind[]) =>
    (found.get(name) ?? []).filter(({ monitor }) => monitors.includes(monitor));
  const live = new Map(window?.columns.map((column) => [column.name, column]));
  const { prediction } = baseline;
  const columns = [
    ...baseline.features.map((feature) =>
      columnOf(
        feature,
        live.get(feature.name),
        'feature',
        of(feature.name, OF_FEATURES),
        importances.get(feature.name),
      ),
    ),
    columnOf(
      prediction,
      window?.columns.findLast(({ name }) => name === prediction.name),
      'prediction',
      of('prediction', OF_PREDICTION),
    ),
  ].filter(({ findings }) => findings.length > 0);
  const shown = new Set(columns.flatMap(({ findings }) => findings));
  return {
    columns: columns.toSorted((a, b) => byStatus(b.status, a.status) || b.severity - a.severity),
    others: report.findings.filter((finding) => !shown.has(finding) && finding.measure !== 'rows'),
  };
}

function columnOf(
  reference: ColumnProfile,
  current: ColumnProfile | undefined,
  role: DriftColumn['role'],
  findings: readonly Finding[],
  importance?: number,
): DriftColumn {
  const sorted = findings.toSorted((a, b) => byStatus(b.status, a.status) || b.severity - a.severity);
  const status = sorted[0]?.status ?? 'insufficient_data';
  const comparable = current !== undefined && current.type === reference.type && sameBins(reference, current);
  return {
    ...{ name: reference.name, type: reference.type, role, judged: true, status, state: 'compared' },
    changes: comparable ? changeWords(reference, current) : [],
    findings: sorted,
    metrics: comparable ? driftMetrics(reference, current) : {},
    severity: Math.max(0, ...sorted.filter((one) => one.status === status).map(({ severity }) => severity)),
    ...(importance !== undefined && { importance }),
    misfits: { reference: 0, current: 0 },
    reference,
    ...(comparable && { current }),
  };
}
