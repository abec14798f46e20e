import type { ColumnComparison } from '../../../stats/presets/types.ts';
import { legible } from '../assess/draft.ts';
import { figure } from '../assess/sentences.ts';
import type { Finding } from '../finding.ts';
import type { PairedColumn } from './paired-column.ts';

/** What another tool's rule says of a column. */
export function presetFinding(comparison: ColumnComparison, { current, importance = 1 }: PairedColumn): Finding {
  const { name, method, statistic, threshold, pValue, detected, direction, note } = comparison;
  const finite = statistic !== undefined && Number.isFinite(statistic);
  const compared = statistic !== undefined;
  const held =
    threshold === undefined
      ? ''
      : `, drift is ${direction === 'below' ? 'a p-value below' : 'above'} ${figure(threshold)}`;
  return {
    ...{ monitor: 'feature-drift', subject: name, measure: method },
    // without a threshold nothing is decided
    status: !compared || threshold === undefined ? 'insufficient_data' : detected ? 'alarm' : 'ok',
    // Evidently's figure of a test is its p-value
    ...(finite && statistic !== pValue && { value: statistic }),
    ...(threshold !== undefined && { threshold }),
    ...(pValue !== undefined && { pValue: legible(pValue) }),
    significant: detected,
    severity: severity(comparison) * importance,
    rows: current?.count ?? 0,
    message: compared
      ? `${statistic === pValue ? `p by ${method}` : method} is ${finite ? figure(statistic) : String(statistic)}${held}${note === undefined ? '' : `; ${note}`}`
      : (note ?? `${method} has no figure`),
  };
}

/** 1 at the threshold; p-values by their orders of magnitude. */
function severity({ statistic, threshold, pValue, direction }: ColumnComparison): number {
  if (statistic === undefined || threshold === undefined) return 0;
  if (direction === 'below') {
    const [p, limit] = [Math.max(pValue ?? statistic, 1e-100), Math.max(threshold, 1e-100)];
    return limit < 1 ? Math.max(0, Math.log(p) / Math.log(limit)) : 0;
  }
  return Number.isFinite(statistic) && threshold > 0 ? Math.max(0, statistic / threshold) : 1;
}
