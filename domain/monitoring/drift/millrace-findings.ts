import { whole } from '../../html/figures.ts';
import type { MonitoringSpec } from '../../spec/monitoring.ts';
import { columnDrafts } from '../assess/column-drafts.ts';
import { breachingTests, type Draft, weigh } from '../assess/draft.ts';
import { chance, figure, percent } from '../assess/sentences.ts';
import { compareColumn } from '../column-drift.ts';
import type { Finding } from '../finding.ts';
import type { PairedColumn } from './paired-column.ts';

export interface Judged {
  /** One list per column, in their order. */
  readonly findings: readonly (readonly Finding[])[];
  readonly tests: number;
}

/**
 * The decision of monitoring about two profiles: each column's distribution, missing values and values never seen, held
 * against monitoring's thresholds, significance corrected over all tests of all columns that are judged. There is one
 * comparison and no history: neither persistence nor the interval between false alarms play a part.
 *
 * @param columns that can be compared
 * @param judges whether a column can make the whole drift; others warn at most, and their tests are corrected apart
 */
export function millraceFindings(
  columns: readonly PairedColumn[],
  monitoring: MonitoringSpec,
  judges: (column: PairedColumn) => boolean,
): Judged {
  const drafts = columns.map((column) => draftsOf(column, monitoring, judges(column)));
  const weighed = weigh(drafts.flat(), monitoring.falseDiscoveryRate);
  return {
    findings: drafts.map((own) => weighed.splice(0, own.length)),
    tests: breachingTests(drafts.flat()),
  };
}

function draftsOf(column: PairedColumn, monitoring: MonitoringSpec, judged: boolean): Draft[] {
  const { name, reference, current, importance } = column;
  if (!reference || !current) return [];
  const { method, thresholds, threshold, missingThreshold } = monitoring;
  const drafts = columnDrafts(compareColumn(reference, current, method), {
    subject: name,
    monitor: 'feature-drift',
    method,
    threshold: (Object.hasOwn(thresholds, name) ? thresholds[name] : undefined) ?? threshold,
    missingThreshold,
    rows: current.count + current.nulls + current.nans + current.infinities,
    ...(!judged && { standing: 'muted' as const }),
    importance,
  });
  const few = `too few values to compare: ${whole(reference.count)} in the reference, ${whole(current.count)} now`;
  const isCounted = reference.bins !== undefined || reference.categories !== undefined;
  const gap = reference.infinities + current.infinities > 0 ? 'missing or infinite' : 'missing';
  return drafts.map((draft) => ({ ...draft, message: draft.insufficient && isCounted ? few : sentence(draft, gap) }));
}

/** As monitoring has it, but for where the reference comes from. @param gap what a row without a finite value is */
function sentence(draft: Draft, gap: string): string {
  const { monitor, measure, value = 0, baseline = 0, threshold = 0, pValue, rows, insufficient, message } = draft;
  if (insufficient) return message;
  const evidence = ` (${chance(pValue)}${whole(rows)} ${rows === 1 ? 'row' : 'rows'})`;
  if (monitor === 'missingness')
    return `${gap} in ${percent(value)} of the rows, ${percent(baseline)} of the reference's; a rise by ${percent(threshold)} is allowed${evidence}`;
  if (monitor === 'new-categories')
    return `${percent(value)} of the values are none of the reference's, ${percent(threshold)} is allowed${evidence}`;
  return `the distribution moved by ${figure(value)} (${measure}), the threshold is ${threshold}${evidence}`;
}
