import { testCounts } from '../../stats/presets/millrace-tests.ts';
import { missingRows } from '../profiles/missing-share.ts';
import type { ColumnProfile } from '../profiles/profile.ts';
import { binnedPair } from './bins.ts';
import { type DriftMethod, distance } from './distances.ts';

/** How a column of a window differs from the baseline's, and how probable each difference is by chance. */
export interface ColumnDrift {
  /** Rows of the window that have a value. */
  readonly present: number;
  /**
   * `distance` by the method asked for, over bins joined until each is expected to hold enough rows. The p-value does not
   * depend on the method. Absent with too few rows for two groups of bins, or without bins.
   */
  readonly distribution?: { readonly distance: number; readonly pValue: number | undefined };
  /** Shares of the rows without a finite value of the column's type; p-value of a rise. */
  readonly missing: { readonly baseline: number; readonly window: number; readonly pValue: number | undefined };
  /** Share of the values present that are in a bin, or are a category, in which the baseline has none. Absent without bins. */
  readonly unseen?: { readonly window: number; readonly pValue: number | undefined };
}

/**
 * Compares counts over the same bins (testCounts). A column without bins is compared by its missing values alone. A p-value is
 * undefined where there is nothing to test.
 *
 * @param effective effective rows of the window for each row counted, in (0, 1]: the tests are made as if there were so many
 * @throws RangeError if the window was not counted over the baseline's bins
 */
export function compareColumn(
  baseline: ColumnProfile,
  live: ColumnProfile,
  method: DriftMethod,
  effective = 1,
): ColumnDrift {
  const pair = binnedPair(baseline, live);
  const { joined, missing, unseenShare, pValues } = testCounts(
    { counts: pair?.baseline ?? [baseline.count], missing: missingRows(baseline) },
    { counts: pair?.live ?? [live.count], missing: missingRows(live) },
    !baseline.categories,
    effective,
  );
  return {
    present: live.count,
    ...(joined && {
      distribution: {
        distance: distance(method, joined.reference, joined.current),
        pValue: pValues.distribution,
      },
    }),
    missing: { baseline: missing.reference, window: missing.current, pValue: pValues.missing },
    ...(pair && { unseen: { window: unseenShare, pValue: pValues.unseen } }),
  };
}
