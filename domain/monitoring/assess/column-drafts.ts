import type { ColumnDrift } from '../column-drift.ts';
import type { DriftMethod } from '../distances.ts';
import type { MonitorKind } from '../finding.ts';
import type { Segment } from '../window-record.ts';
import { type Draft, legible } from './draft.ts';
import { distributionSentence, missingSentence, nameOf, type Told, unseenSentence } from './sentences.ts';

/** What a comparison of a column is about, and what it is held against. */
export interface AboutColumn {
  /** A feature, or `prediction`. */
  readonly subject: string;
  readonly segment?: Segment | undefined;
  /** Whose finding the distribution is. */
  readonly monitor: Extract<MonitorKind, 'feature-drift' | 'prediction-drift'>;
  readonly method: DriftMethod;
  readonly threshold: number;
  readonly missingThreshold: number;
  /** Of the window, or of the segment. */
  readonly rows: number;
  readonly standing?: Draft['standing'];
  readonly importance?: number | undefined;
}

/** Distribution, missing values and values never seen, each with the probability of as much by chance. */
export function columnDrafts(drift: ColumnDrift, about: AboutColumn): Draft[] {
  const drafts = [distribution(drift, about), missing(drift, about)];
  if (drift.unseen) drafts.push(unseen(drift, drift.unseen, about));
  return drafts;
}

function distribution({ distribution, present, unseen }: ColumnDrift, about: AboutColumn): Draft {
  const { monitor, method, threshold } = about;
  const at = { ...common(about), monitor, measure: method, threshold, rows: present };
  if (!distribution) {
    const why = unseen === undefined ? 'there are no bins to compare' : `${present} values are too few to compare`;
    return { ...at, excess: 0, insufficient: true, message: `${nameOf(about)}: ${why}` };
  }
  const { distance: value } = distribution;
  return finished({ ...at, value }, distribution.pValue, value / threshold, distributionSentence);
}

function missing({ missing: { baseline, window, pValue } }: ColumnDrift, about: AboutColumn): Draft {
  const { missingThreshold, rows } = about;
  const at = { ...common(about), monitor: 'missingness' as const, measure: 'missing_share', rows };
  const shares = { value: window, baseline, threshold: missingThreshold };
  const excess = Math.max(0, window - baseline) / missingThreshold;
  return finished({ ...at, ...shares }, pValue, excess, (told) => missingSentence(told, missingThreshold));
}

function unseen(
  { present }: ColumnDrift,
  { window: value, pValue }: NonNullable<ColumnDrift['unseen']>,
  about: AboutColumn,
): Draft {
  const { missingThreshold: threshold } = about;
  const at = { ...common(about), monitor: 'new-categories' as const, measure: 'unseen_share', rows: present };
  return finished({ ...at, value, threshold }, pValue, value / threshold, unseenSentence);
}

const common = ({ subject, segment, standing, importance }: AboutColumn) => ({
  subject,
  ...(segment && { segment }),
  ...(standing && { standing }),
  ...(importance !== undefined && { importance }),
});

function finished(
  draft: Omit<Draft, 'message' | 'excess' | 'pValue'> & { readonly value: number },
  p: number | undefined,
  excess: number,
  sentence: (told: Told) => string,
): Draft {
  const tested = p === undefined ? draft : { ...draft, pValue: legible(p) };
  return { ...tested, excess, message: sentence(tested) };
}
