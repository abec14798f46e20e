import { joinSparseBins } from '../../stats/binning/join-sparse.ts';
import { joinedPValue, risePValue } from '../../stats/presets/millrace-tests.ts';
import type { ColumnProfile } from '../profiles/profile.ts';
import type { MonitoringSpec } from '../spec/monitoring.ts';
import { binnedPair, unseenRows } from './bins.ts';
import { distance } from './distances.ts';
import { DRIFT_CAUSES, type DriftCause, type FeatureDrift } from './feature-drift.ts';

/** Share of a threshold from which a significant change is a warning, as 0.1 is of the customary 0.2 for PSI. */
const WARN_FROM = 0.5;
/** DynamoDB holds no number below 1e-130, and none of this size says more than "never by chance". */
const SMALLEST_P_VALUE = 1e-100;

/** What one column shows before the tests of the whole window are weighed against each other. */
export interface MeasuredColumn {
  readonly name: string;
  readonly threshold: number;
  readonly present: number;
  readonly bins: number;
  readonly effect?: number;
  readonly missing: { readonly baseline: number; readonly window: number };
  readonly unseen: { readonly window: number };
  /** Of the tests that could be made. */
  readonly pValues: Partial<Record<DriftCause, number>>;
  /** It has bins or categories, so that a distribution can be compared. */
  readonly comparable: boolean;
}

export interface HowToMeasure {
  readonly method: FeatureDrift['method'];
  readonly threshold: number;
  readonly skip: boolean;
}

/**
 * The figures of one column and the probability of each by chance.
 *
 * @throws RangeError if the window was not counted over the baseline's bins
 */
export function measureColumn(
  baseline: ColumnProfile,
  live: ColumnProfile,
  { method, threshold, skip }: HowToMeasure,
): MeasuredColumn {
  const pair = binnedPair(baseline, live);
  const joined = pair && !skip ? joinSparseBins(pair.baseline, pair.live) : undefined;
  const [before, now] = [missingRows(baseline), missingRows(live)];
  const unseen = pair ? unseenRows(pair) : 0;
  return {
    name: baseline.name,
    threshold,
    present: live.count,
    bins: joined?.reference.length ?? 0,
    ...(joined && { effect: distance(method, joined.reference, joined.current) }),
    missing: { baseline: share(before, baseline.count + before), window: share(now, live.count + now) },
    unseen: { window: share(unseen, live.count) },
    pValues: skip
      ? {}
      : {
          distribution: joined && joinedPValue(joined),
          missing: risePValue([before, baseline.count + before], [now, live.count + now]),
          unseen: risePValue([0, baseline.count], [unseen, live.count]),
        },
    comparable: pair !== undefined,
  };
}

/** What the figures of a column mean, given which of its tests are significant. */
export function concludeColumn(
  column: MeasuredColumn,
  significant: ReadonlySet<DriftCause>,
  monitoring: MonitoringSpec,
): FeatureDrift {
  const { name, threshold, present, bins, effect, missing, unseen, pValues, comparable } = column;
  const severity: Record<DriftCause, number> = {
    distribution: (effect ?? 0) / threshold,
    missing: Math.max(0, missing.window - missing.baseline) / monitoring.missingThreshold,
    unseen: unseen.window / monitoring.missingThreshold,
  };
  const reached = (from: number) => DRIFT_CAUSES.filter((cause) => significant.has(cause) && severity[cause] >= from);
  const causes = reached(1);
  const calm = effect === undefined && comparable ? 'insufficient_data' : 'ok';
  return {
    name,
    method: monitoring.method,
    status: causes.length > 0 ? 'alarm' : reached(WARN_FROM).length > 0 ? 'warn' : calm,
    causes,
    present,
    bins,
    ...(effect !== undefined && { effect }),
    threshold,
    ...(pValues.distribution !== undefined && { pValue: legible(pValues.distribution) }),
    adjustedSignificant: significant.has('distribution'),
    missingShare: { ...missing, pValue: legible(pValues.missing), significant: significant.has('missing') },
    unseenShare: { ...unseen, pValue: legible(pValues.unseen), significant: significant.has('unseen') },
    severity: Math.max(...Object.values(severity)),
  };
}

const missingRows = ({ nulls, nans, infinities }: ColumnProfile): number => nulls + nans + infinities;
const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
const legible = (pValue = 1): number => (pValue < SMALLEST_P_VALUE ? 0 : pValue);
