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
  readonly standing?: Draft['standing'] | undefined;
  readonly importance?: number | undefined;
}

/** Distribution, missing values and values never seen, each with the probability of as much by chance. */
export function columnDrafts(drift: ColumnDrift, about: AboutColumn): Draft[] {
  const drafts = [distribution(drift, about), missing(drift, about)];
  if (drift.unseen) drafts.push(unseen(drift, drift.unseen, about));
  return drafts;
}

function distribution({ distribution, present, unseen }: ColumnDrift, about: AboutColumn): Draft {
  const { monitor, method: measure, threshold } = about;
  if (distribution) {
    const { distance: value, pValue } = distribution;
    const figures = { monitor, measure, value, baseline: undefined, threshold, rows: present };
    return draftOf(about, figures, pValue, value / threshold, distributionSentence);
  }
  const why = unseen === undefined ? 'there are no bins to compare' : `${present} values are too few to compare`;
  const { subject, segment, standing } = about;
  const at = { monitor, subject, segment, standing, measure, threshold, rows: present };
  return { ...at, excess: 0, insufficient: true, message: `${nameOf(about)}: ${why}` };
}

function missing({ missing: { baseline, window: value, pValue } }: ColumnDrift, about: AboutColumn): Draft {
  const { missingThreshold: threshold, rows } = about;
  const figures = { monitor: 'missingness' as const, measure: 'missing_share', value, baseline, threshold, rows };
  const excess = Math.max(0, value - baseline) / threshold;
  return draftOf(about, figures, pValue, excess, missingSentence);
}

function unseen(
  { present: rows }: ColumnDrift,
  { window: value, pValue }: NonNullable<ColumnDrift['unseen']>,
  about: AboutColumn,
): Draft {
  const { missingThreshold: threshold } = about;
  const monitor = 'new-categories' as const;
  const figures = { monitor, measure: 'unseen_share', value, baseline: undefined, threshold, rows };
  return draftOf(about, figures, pValue, value / threshold, unseenSentence);
}

interface Figures {
  readonly monitor: MonitorKind;
  readonly measure: string;
  readonly value: number;
  readonly baseline: number | undefined;
  readonly threshold: number;
  readonly rows: number;
}

function draftOf(
  { subject, segment, standing, importance }: AboutColumn,
  { monitor, measure, value, baseline, threshold, rows }: Figures,
  p: number | undefined,
  excess: number,
  sentence: (told: Told) => string,
): Draft {
  const pValue = p === undefined ? undefined : legible(p);
  const message = sentence({ subject, segment, measure, value, baseline, threshold, pValue, rows });
  const figures = { measure, value, baseline, threshold, pValue, rows };
  return { monitor, subject, segment, ...figures, message, excess, standing, importance };
}
