import type { DatasetComparison } from '../../../stats/presets/types.ts';
import { many } from '../../html/figures.ts';
import { shown } from '../../html/markup.ts';
import type { DriftColumn, DriftReport } from '../drift-report.ts';

const NAMES = 4;

/** The whole in one sentence; columns that could not be compared are named and not counted. @param few why nothing was compared */
export function driftVerdict(
  status: DriftReport['status'],
  columns: readonly DriftColumn[],
  few: string | undefined,
  compared?: DatasetComparison,
): string {
  const judged = columns.filter((column) => column.judged);
  const of = (wanted: DriftColumn['status']) => judged.filter((column) => column.status === wanted);
  if (status === 'insufficient_data')
    return `Nothing could be judged: ${few ?? (judged.length === 0 ? 'there is no column to compare' : 'no column has enough values to compare')}.`;
  const silent = of('insufficient_data');
  const told = judged.length - silent.length;
  const rest = silent.length === 0 ? '' : `; ${names(silent)} could not be compared`;
  if (status === 'alarm') {
    const drifted = of('alarm');
    return `Drift in ${drifted.length} of ${many(told, 'column')}: ${names(drifted)}${rest}.`;
  }
  if (status === 'ok') return `No drift in ${many(told, 'column')}${rest}.`;
  const single = of('alarm');
  if (compared && single.length > 0)
    return `No drift of the whole, which takes that ${compared.rule}; ${names(single)} moved${rest}.`;
  return `No drift, but ${names(of('warn'))} ${of('warn').length === 1 ? 'comes' : 'come'} near it${rest}.`;
}

function names(columns: readonly DriftColumn[]): string {
  const first = columns.slice(0, NAMES).map(({ name }) => shown(name));
  const more = columns.length - first.length;
  if (more > 0) return `${first.join(', ')} and ${more} more`;
  return first.length < 2 ? first.join('') : `${first.slice(0, -1).join(', ')} and ${first.at(-1)}`;
}
